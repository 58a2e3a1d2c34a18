"""What all faults are made of."""

from psync.system import System
from sim.faults import Fault, NameLost, NetworkSilent, PowerCut
from sim.faults.fault import MACHINE_FIELDS, NOBODY, at_call, machines_of, watching
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


def test_the_machines_of_a_fault_are_all_that_it_names() -> None:
    faults = {
        PowerCut("near", 1): ("near",),
        NetworkSilent("near", "far", True, 1, 1.0): ("near", "far"),
        NameLost("near", "far", 1.0): ("near", "far"),
    }

    assert {fault: machines_of(fault) for fault in faults} == faults


def test_a_link_that_leads_to_nobody_needs_one_machine_and_a_power_cut_of_nobody_cannot_be() -> None:
    silence = NetworkSilent("near", NOBODY, True, 1, 1.0)

    assert (machines_of(silence), machines_of(PowerCut(NOBODY, 1))) == (("near",), (NOBODY,))


def test_no_class_of_faults_names_its_machine_otherwise() -> None:
    fields = {fault.__name__: {*MACHINE_FIELDS} & {*fault.__struct_fields__} for fault in Fault.__args__}

    # Whose machine follows from its kind: that of the source or of the target.
    assert [name for name, found in fields.items() if not found] == ["EntryUnfit"]
