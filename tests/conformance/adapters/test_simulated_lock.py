"""A simulated process meets what a real one does, on a Windows machine as on a POSIX one."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.adapters.simulated_lock import lock
from psync.core.paths import PathStyle
from psync.system import System
from sim.machine import Machine
from sim.world import World
from tests.conformance.adapters.locked_calls import ANSWERS, CALLS, FILES, HELD, told

FOLDERS = {PathStyle.POSIX: b"/boxes", PathStyle.WINDOWS: b"C:\\boxes"}


@pytest.fixture(params=PathStyle)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One with both boxes on its machine."""
    with World(seed=1) as world:
        machine = world.machine("far", request.param)
        machine.files.plant(FOLDERS[request.param], {name.encode(): b"content" for name in FILES})
        yield world


def close_of(machine: Machine) -> Any:
    """What closes the file that another program has open from now on."""
    drive = "C:/" if machine.style is PathStyle.WINDOWS else ""
    node = machine.disk.find(f"/{drive}boxes/{HELD}".encode())
    assert node is not None
    return lock(machine, node)


def process_told(world: World) -> dict[str, int]:
    machine = world.machines["far"]
    found: dict[str, int] = {}

    async def call(folder: bytes, system: System) -> int:
        root = system.os.open(folder, system.os.O_RDONLY | system.os.O_DIRECTORY)
        found.update(told(system.os, root))
        return 0

    world.run(machine.start(call, FOLDERS[machine.style]).wait())
    return found


def test_a_process_meets_what_windows_answers(world: World) -> None:
    close_of(world.machines["far"])

    assert process_told(world) == ANSWERS


def test_a_process_meets_no_lock_after_it(world: World) -> None:
    close_of(world.machines["far"])()

    assert process_told(world) == dict.fromkeys(CALLS, 0)
