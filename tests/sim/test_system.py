"""`System` on a simulated machine."""

import asyncio
import errno
from collections.abc import Callable
from typing import Any

import pytest

from psync.core.paths import PathStyle
from psync.system import FolderLocked, InstanceClaimed, System, Volume
from sim.disk import UNLIMITED_BYTES
from sim.machine import EPOCH_NS, Machine
from sim.world import World


def _use(
    use: Callable[[System], Any], prepare: Callable[[Machine], None] = lambda machine: None, seed: int = 1
) -> Any:
    """Use the `System` of a program on a machine that has a folder /data."""
    results: list[Any] = []

    async def main(settings: None, system: System) -> int:
        await asyncio.sleep(1)
        results.append(use(system))
        return 0

    with World(seed) as world:
        machine = world.machine("alpha")
        machine.files.plant(b"/data", {b"file": b"x" * 100})
        prepare(machine)
        world.run(machine.start(main, None).wait())
    return results[0]


def _open(system: System, path: bytes = b"/data") -> int:
    return system.os.open(path, system.os.O_RDONLY)


def test_a_machine_says_what_it_is():
    def use(system: System) -> object:
        return (
            system.path_style,
            system.host_name,
            system.process_id,
            system.user_id,
            dict(system.environment),
        )

    expected = (PathStyle.POSIX, "alpha", 1000, 1000, {"HOME": "/home/user"})
    assert _use(use, lambda machine: machine.environment.update(HOME="/home/user")) == expected


def test_the_wall_clock_goes_with_virtual_time_and_may_be_off():
    def set_back(machine: Machine) -> None:
        machine.clock_offset_ns = -5_000_000_000

    assert _use(lambda system: system.now_ns()) == EPOCH_NS + 1_000_000_000
    assert _use(lambda system: system.now_ns(), set_back) == EPOCH_NS - 4_000_000_000


def test_random_bytes_are_those_of_the_seed():
    def draw(system: System) -> list[bytes]:
        return [system.random_bytes(16), system.random_bytes(16)]

    one, again, other = _use(draw, seed=1), _use(draw, seed=1), _use(draw, seed=2)

    assert one == again
    assert len({*one, *other}) == 4


def test_a_volume_is_described():
    def prepare(machine: Machine) -> None:
        machine.disk.quota_bytes = 1000
        machine.disk.time_granularity_ns = 100
        machine.disk.modes_kept = False

    assert _use(lambda system: system.volume(_open(system)), prepare) == Volume(
        100, False, 900, modes_kept=False
    )
    assert _use(lambda system: system.volume(_open(system))) == Volume(
        1, False, UNLIMITED_BYTES, modes_kept=True
    )


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (lambda system: system.volume(99), errno.EBADF),
        (lambda system: system.sync_volume(99), errno.EBADF),
        (lambda system: system.sync_volume(system.os.open(b"/data", system.os.O_PATH)), errno.EBADF),
        (lambda system: system.lock_folder(99, exclusive=True), errno.EBADF),
        (lambda system: system.lock_folder(_open(system, b"/data/file"), exclusive=True), errno.ENOTDIR),
        (lambda system: system.sync_volume(_open(system)), 0),
        (lambda system: system.lock_folder(system.os.open(b"/data", system.os.O_PATH), exclusive=True), 0),
    ],
)
def test_calls_on_descriptors_fail_as_real_ones_do(call: Callable[[System], object], number: int):
    def use(system: System) -> int:
        try:
            call(system)
        except OSError as error:
            return error.errno or 0
        return 0

    assert _use(use) == number


def test_a_lock_outlives_the_descriptor_it_was_taken_on():
    def use(system: System) -> str:
        fd = _open(system)
        system.lock_folder(fd, exclusive=True)
        system.os.close(fd)
        with pytest.raises(FolderLocked) as caught:
            system.lock_folder(_open(system), exclusive=False)
        return caught.value.owner

    assert _use(use) == "this process"


async def _hold(settings: asyncio.Event, system: System) -> int:
    system.lock_folder(_open(system, b"/"), exclusive=True)
    system.claim_instance("default")
    settings.set()
    await asyncio.Event().wait()
    return 0


async def _ask(settings: list[object], system: System) -> int:
    for attempt in (
        lambda: system.claim_instance("default"),
        lambda: system.lock_folder(_open(system, b"/"), exclusive=True),
    ):
        try:
            attempt()
            settings.append("held")
        except (FolderLocked, InstanceClaimed) as error:
            settings.append(error.owner)
    return 0


def test_processes_of_a_machine_exclude_each_other_and_other_machines_do_not():
    async def scenario(world: World) -> list[object]:
        ready, alpha, beta, outcomes = (
            asyncio.Event(),
            world.machine("alpha"),
            world.machine("beta"),
            list[object](),
        )
        holder = alpha.start(_hold, ready)
        await ready.wait()
        for machine in (alpha, beta):
            await machine.start(_ask, outcomes).wait()
        holder.kill()
        await alpha.start(_ask, outcomes).wait()
        return outcomes

    with World(seed=1) as world:
        assert world.run(scenario(world)) == [1000, "process 1000", "held", "held", "held", "held"]
