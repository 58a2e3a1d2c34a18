"""What all faults are made of."""

from psync.system import System
from sim.faults.fault import at_call, watching
from sim.gate import Call
from sim.world import World


async def _make_folders(_settings: None, system: System) -> int:
    for number in range(3):
        system.os.mkdir(b"/%d" % number)
        system.os.stat(b"/%d" % number)
    return 0


def _names(number: int, name: str = "", *, heals: bool = False) -> list[tuple[str, bytes]]:
    """Which call something happened at."""
    seen: list[tuple[str, bytes]] = []

    def note(call: Call) -> None:
        seen.append((call.name, call.arguments[0]))

    with World(1) as world:
        machine = world.machine("alpha")
        heal = at_call(machine, number, note, name)
        if heals:
            heal()
            heal()
        world.run(machine.start(_make_folders, None).wait())
    return seen


def test_something_happens_before_a_call_of_that_number() -> None:
    assert (_names(3), _names(3, "stat"), _names(7)) == ([("mkdir", b"/1")], [("stat", b"/2")], [])


def test_what_is_healed_does_not_happen_and_may_be_healed_twice() -> None:
    assert _names(3, heals=True) == []


def test_a_watcher_sees_every_call_until_it_is_healed() -> None:
    calls: list[str] = []
    with World(1) as world:
        machine = world.machine("alpha")
        heal = watching(machine, lambda call: calls.append(call.name))
        world.run(machine.start(_make_folders, None).wait())
        heal()
        world.run(machine.start(_make_folders_again, None).wait())

    assert calls == ["mkdir", "stat"] * 3


async def _make_folders_again(_settings: None, system: System) -> int:
    system.os.mkdir(b"/again")
    return 0
