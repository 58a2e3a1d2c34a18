"""What every system call passes: the trace, those who watch, and the end of a dead process."""

import asyncio
import errno
from collections.abc import Callable

import pytest

from psync.system import System
from sim.gate import Call
from sim.process import ProcessKilled
from sim.world import World


def _trace_of(use: Callable[[System], object], watch: Callable[[Call], None] | None = None) -> list[str]:
    """Use a machine in a program; give the lines that the gate has written."""

    async def main(settings: None, system: System) -> int:
        use(system)
        return 0

    with World(seed=1) as world:
        machine = world.machine("alpha")
        if watch:
            machine.watchers.append(watch)
        process = machine.start(main, None)
        world.run(process.wait())
        return [
            event.detail
            for event in world.trace.events
            if (event.place, event.kind) == (process.name, "file")
        ]


def _fails(use: Callable[[], object]) -> int:
    try:
        use()
    except OSError as error:
        return error.errno or 0
    return 0


def test_every_call_is_in_the_trace_with_its_outcome():
    def use(system: System) -> None:
        fd = system.os.open(b"/new\xff", system.os.O_RDWR | system.os.O_CREAT, 0o600)
        system.os.write(fd, memoryview(b"abc"))
        system.os.pread(fd, 2, 1)
        system.os.fsync(fd)
        _fails(lambda: system.os.stat(b"missing", dir_fd=fd))
        system.os.close(fd)

    assert _trace_of(use) == [
        r"open(b'/new\xff', 66, 384) 3",
        "write(3, 3 bytes 352441c2) 3",
        "pread(3, 2, 1) 2 bytes c2a92b38",
        "fsync(3)",
        "stat(b'missing', dir_fd=3) ENOTDIR",
        "close(3)",
    ]


def test_a_watcher_may_fail_a_call_before_it_does_anything():
    def watch(call: Call) -> None:
        if call.name == "mkdir":
            raise OSError(errno.EIO, "broken")

    def use(system: System) -> None:
        assert _fails(lambda: system.os.mkdir(b"/folder")) == errno.EIO
        assert _fails(lambda: system.os.stat(b"/folder")) == errno.ENOENT

    assert _trace_of(use, watch) == ["mkdir(b'/folder') EIO", "stat(b'/folder') ENOENT"]


def test_a_watcher_is_told_who_calls_what_and_how_often():
    calls: list[tuple[str, int, str, tuple[object, ...]]] = []

    def use(system: System) -> None:
        system.os.mkdir(b"/folder", 0o700)
        system.os.rmdir(b"/folder")

    _trace_of(use, lambda call: calls.append((call.process.name, call.number, call.name, call.arguments)))

    assert calls == [
        ("alpha/1000", 1, "mkdir", (b"/folder", 0o700)),
        ("alpha/1000", 2, "rmdir", (b"/folder",)),
    ]


def test_a_process_that_is_killed_at_a_call_neither_makes_it_nor_runs_on():
    went_on: list[str] = []

    def use(system: System) -> None:
        try:
            system.os.mkdir(b"/folder")
        finally:
            with pytest.raises(ProcessKilled):
                system.os.mkdir(b"/other")
            went_on.append("only by force")

    assert _trace_of(use, lambda call: call.process.kill()) == []
    assert went_on == ["only by force"]


def test_a_dead_process_makes_no_call_by_whatever_way():
    systems: list[System] = []

    async def main(settings: None, system: System) -> int:
        systems.append(system)
        await asyncio.Event().wait()
        return 0

    async def scenario(world: World) -> None:
        process = world.machine("alpha").start(main, None)
        await asyncio.sleep(1)
        process.kill()
        with pytest.raises(ProcessKilled):
            systems[0].os.mkdir(b"/folder")

    with World(seed=1) as world:
        world.run(scenario(world))


@pytest.mark.parametrize("name", [b"a\0b", "text"])
def test_a_name_that_no_system_takes_does_not_reach_the_disk(name: bytes):
    def use(system: System) -> None:
        with pytest.raises((ValueError, TypeError)):
            system.os.mkdir(name)

    assert _trace_of(use) == []
