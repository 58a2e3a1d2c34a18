"""Programs on machines."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from psync.system import System
from sim.machine import Machine
from sim.world import Unhandled, World


def _run(scenario: Callable[[World], Coroutine[Any, Any, object]]) -> object:
    with World(seed=1) as world:
        return world.run(scenario(world))


async def _exit(settings: int, system: System) -> int:
    return settings


@pytest.mark.parametrize("exit_code", [0, 3])
def test_the_exit_code_is_what_the_program_returns(exit_code: int):
    assert _run(lambda world: world.machine("alpha").start(_exit, exit_code).wait()) == exit_code


def test_a_program_that_fails_exits_with_one_and_its_error_is_told_at_the_end():
    async def fail(settings: None, system: System) -> int:
        raise ValueError("broken")

    codes: list[int] = []

    async def scenario(world: World) -> None:
        codes.append(await world.machine("alpha").start(fail, None).wait())

    with pytest.raises(Unhandled) as caught:
        _run(scenario)
    assert (codes, [str(error) for error in caught.value.exceptions]) == ([1], ["broken"])


def test_a_task_that_fails_while_the_program_ends_is_told_too():
    async def stumble() -> None:
        try:
            await asyncio.sleep(9)
        finally:
            raise ValueError("while it was cancelled")

    async def main(settings: None, system: System) -> int:
        task = asyncio.ensure_future(stumble())
        await asyncio.sleep(1)
        return int(task.done())

    with pytest.raises(Unhandled, match="nobody") as caught:
        _run(lambda world: world.machine("alpha").start(main, None).wait())
    assert [str(error) for error in caught.value.exceptions] == ["while it was cancelled"]


def test_what_a_program_leaves_running_is_cancelled_after_it():
    seen: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(1)
            seen.append("cancelled")

    async def main(settings: set[object], system: System) -> int:
        settings.add(asyncio.ensure_future(linger()))
        await asyncio.sleep(1)
        return 0

    async def scenario(world: World) -> list[str]:
        await world.machine("alpha").start(main, set()).wait()
        return list(seen)

    assert _run(scenario) == ["cancelled"]


def test_processes_of_a_machine_have_numbers_and_share_its_disk():
    async def main(settings: bytes, system: System) -> int:
        system.os.mkdir(settings)
        return system.process_id

    async def scenario(world: World) -> object:
        machine = world.machine("alpha")
        codes = [await machine.start(main, name).wait() for name in (b"/a", b"/b")]
        return codes, list(machine.files.tree(b"/"))

    assert _run(scenario) == ([1000, 1001], [b"a", b"b"])


def test_machines_have_disks_of_their_own():
    async def scenario(world: World) -> object:
        world.machine("alpha").files.write(b"/file", b"")
        return world.machine("beta").files.tree(b"/")

    assert _run(scenario) == {}


def test_all_processes_of_a_machine_are_killed_at_once():
    async def main(settings: None, system: System) -> int:
        await asyncio.Event().wait()
        return 0

    async def scenario(world: World) -> object:
        machine = world.machine("alpha")
        processes = [machine.start(main, None) for _ in range(3)]
        await asyncio.sleep(1)
        machine.kill_all()
        return [await process.wait() for process in processes]

    assert _run(scenario) == [-9, -9, -9]


def test_the_trace_tells_which_program_starts_as_which_process():
    with World(seed=1) as world:
        machine = world.machine("alpha")
        world.run(machine.start(_exit, 0).wait())

        told = [(event.place, event.detail) for event in world.trace.events if event.kind == "process"]
        assert told == [("alpha/1000", "starts exit"), ("alpha/1000", "ended 0")]


def test_a_program_ends_although_the_one_that_has_started_it_is_dead():
    """As where a fault at a call of one machine starts a program on another."""

    started = []

    async def starts_another(beta: Machine, system: System) -> int:
        started.append(beta.start(_later, None))
        await asyncio.sleep(1000)
        return 0

    async def scenario(world: World) -> int:
        first = world.machine("alpha").start(starts_another, world.machine("beta"))
        await asyncio.sleep(0.1)
        first.kill()
        async with asyncio.timeout(10):
            return await started[0].wait()

    assert _run(scenario) == 5


async def _later(settings: None, system: System) -> int:
    await asyncio.sleep(1)
    return 5
