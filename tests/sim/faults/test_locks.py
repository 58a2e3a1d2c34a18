"""A lock of another program: counted when it keeps psync from a file, and ended in time."""

from collections.abc import Callable

import msgspec
import pytest

from psync.core.paths import PathStyle
from psync.engine.events import ProblemFound
from sim.crash import Choose
from sim.faults import Fault, FileLocked
from sim.machine import Machine
from sim.replication import Replication
from sim.windows import EXCLUSIVE, MARKED, RANGE_LOCKED, READING
from sim.world import World

LETTER = "/C:/Data/letter"


class Place:
    """A world as faults see it; `effects` are those that happened."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.effects: list[str] = []

    def machine(self, name: str) -> Machine:
        return self.world.machines[name]

    def took_effect(self, fault: object, what: str = "") -> None:
        self.effects.append(what)

    def choose(self, stream: str) -> Choose:
        return self.world.random(stream).randrange

    def change_source(self, machine: str, path: bytes) -> bool:
        return False


async def copy_under(world: World, fault: FileLocked, wait_seconds: float) -> tuple[list[str], list[str]]:
    """Copy two files over older ones on a Windows machine; give the effects, and what was reported."""
    machine, place, replication = world.machine("far", PathStyle.WINDOWS), Place(world), Replication(world)
    machine.files.plant(b"C:\\New", {b"letter": b"new letter", b"other": b"new other"})
    machine.files.plant(b"C:\\Data", {b"letter": b"old", b"other": b"old"})
    heal = fault.arm(place)
    await _wait(world, wait_seconds)
    await replication.copy(machine, "C:\\New", "C:\\Data")
    heal()
    assert await replication.copy(machine, "C:\\New", "C:\\Data") == 0
    problems = [event.problem for event in replication.events if isinstance(event, ProblemFound)]
    return place.effects, [f"{problem.path[-1].decode()} {problem.tag}" for problem in problems]


async def _wait(world: World, seconds: float) -> None:
    waiting = world.loop.create_future()
    world.loop.call_later(seconds, waiting.set_result, None)
    await waiting


CASES = {
    "exclusive": (FileLocked("far", LETTER, 60.0), 0.0, ["rename 5", "open 32"], ["letter LockFiles"]),
    "all shared": (FileLocked("far", LETTER, 60.0, READING), 0.0, ["rename 5"], ["letter LockFiles"]),
    "of the source": (FileLocked("far", "/C:/New/letter", 60.0), 0.0, ["open 32"], ["letter LockFiles"]),
    "a range of the source": (
        FileLocked("far", "/C:/New/letter", 60.0, RANGE_LOCKED),
        0.0,
        ["pread 33"],
        ["letter LockFiles"],
    ),
    "marked for deletion": (
        FileLocked("far", LETTER, 60.0, MARKED),
        0.0,
        ["rename 5", "open 5"],
        ["letter PERMISSION"],
    ),
    "of a name in capitals": (
        FileLocked("far", "/c:/DATA/Letter", 60.0, READING),
        0.0,
        ["rename 5"],
        ["letter LockFiles"],
    ),
    "over before": (FileLocked("far", LETTER, 1.0), 2.0, [], []),
    "of nothing": (FileLocked("far", "/C:/Data/nothing", 60.0), 0.0, [], []),
}


@pytest.mark.parametrize(("fault", "wait_seconds", "effects", "told"), CASES.values(), ids=CASES.keys())
def test_a_lock_is_counted_where_it_keeps_psync_from_a_file(
    fault: FileLocked, wait_seconds: float, effects: list[str], told: list[str]
):
    with World(seed=1) as world:
        assert world.run(copy_under(world, fault, wait_seconds)) == (effects, told)


def test_a_lock_has_no_effect_on_posix():
    with World(seed=1) as world:
        machine, place = world.machine("far"), Place(world)
        machine.files.plant(b"/data", {b"letter": b"old"})
        heal: Callable[[], None] = FileLocked("far", "/data/letter", 60.0).arm(place)
        machine.files.remove(b"/data/letter")
        heal()
        heal()

    assert (place.effects, machine.witnesses) == ([], [])


@pytest.mark.parametrize(
    ("path", "style", "flaw"),
    [
        (LETTER, PathStyle.WINDOWS, ""),
        (
            "/C:/Data/nothing",
            PathStyle.WINDOWS,
            "/C:/Data/nothing on far cannot be locked: there is no such file (/C:/folder/file)",
        ),
        ("/Data/letter", PathStyle.POSIX, "/Data/letter on far cannot be locked: it is no Windows machine"),
    ],
)
def test_a_lock_that_keeps_nobody_from_a_file_says_so_if_asked(path: str, style: PathStyle, flaw: str):
    with World(seed=1) as world:
        machine = world.machine("far", style)
        machine.files.plant(b"C:\\Data" if style is PathStyle.WINDOWS else b"/Data", {b"letter": b""})

        assert FileLocked("far", path, 60.0).flaw(machine) == flaw


def test_a_lock_stands_in_a_replay_file():
    fault: Fault = FileLocked("far", LETTER, 60.0, EXCLUSIVE)

    assert msgspec.json.decode(msgspec.json.encode(fault), type=Fault) == fault
