"""What all faults are made of."""

import msgspec
import pytest

from psync.system import System
from sim.faults import Fault, NameLost, NetworkSilent, PowerCut
from sim.faults.fault import MACHINE_FIELDS, at_call, machines_of, watching
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


def test_no_class_of_faults_names_its_machine_otherwise() -> None:
    fields = {fault.__name__: {*MACHINE_FIELDS} & {*fault.__struct_fields__} for fault in Fault.__args__}

    # Whose machine follows from its kind: that of the source or of the target.
    assert [name for name, found in fields.items() if not found] == ["EntryUnfit"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"type": "segment-tampered", "source": "near", "target": "far", "kind": "x", "segment": 1},
         "nobody tampers by 'x'; there are: corrupt, lengthen, replay, truncate"),
        ({"type": "file-locked", "machine": "far", "path": "/C:/a", "seconds": 1.0, "state": "x"},
         "no file is open 'x'; there are: not at all; reading, sharing nothing; "),
        ({"type": "source-changes", "machine": "near", "number": 1, "call": "open"},
         "no source file is read by 'open', but by: fstat, pread, preadv"),
        ({"type": "source-written", "machine": "near", "number": 1, "call": "stat"},
         "no source file is read by 'stat', but by: fstat, pread, preadv"),
        ({"type": "call-fails", "machine": "far", "call": "fsync", "number": 1, "error": "errorcode"},
         "there is no error 'errorcode'; use a name of errno, such as 'EIO'"),
        ({"type": "call-fails", "machine": "far", "call": "fsync", "number": 1, "error": "EIO", "times": -1},
         "Expected `int` >= 0 - at `$.times`"),
        ({"type": "disk-full", "machine": "far", "bytes": -1}, "Expected `int` >= 0 - at `$.bytes`"),
        ({"type": "file-size-limited", "machine": "far", "bytes": -1}, "Expected `int` >= 0 - at `$.bytes`"),
        ({"type": "entry-unfit", "kind": "pipe", "path": "../a"}, "nobody can make an entry '../a': "),
        ({"type": "entry-unfit", "kind": "pipe", "path": ""}, "nobody can make an entry '': "),
        ({"type": "port-mismatch", "run": 1, "machine": "far", "port": 80},
         "Expected `int` >= 1024 - at `$.port`"),
        ({"type": "clock-jumps", "machine": "far", "number": 1, "seconds": -1e12},
         "Expected `float` >= -1000000000.0 - at `$.seconds`"),
    ],
)  # fmt: skip
def test_what_no_fault_has_is_refused_when_it_is_read(fields: dict[str, object], complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(fields, Fault)

    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize("seconds", [-1.0, 1e300])
@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("seconds", {"type": "disk-hangs", "machine": "far", "call": "open", "number": 1}),
        ("seconds", {"type": "disk-slow", "machine": "far", "number": 1}),
        ("seconds", {"type": "file-locked", "machine": "far", "path": "/C:/a"}),
        ("seconds", {"type": "name-lost", "machine": "near", "name": "far"}),
        ("seconds", {"type": "network-silent", "source": "near", "target": "far", "is_both_ways": True, "packets": 1}),
        ("seconds", {"type": "port-filtered", "machine": "far"}),
        ("seconds", {"type": "process-hangs", "machine": "far", "number": 1}),
        ("latency_seconds", {"type": "link-clogged", "source": "near", "target": "far", "bytes_per_second": 9, "segment_bytes": 9}),
    ],
)  # fmt: skip
def test_nothing_lasts_less_than_no_time_or_longer_than_a_trial(
    field: str, fields: dict[str, object], seconds: float
) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"^Expected `float` [<>]= .* - at `\$\.\w*seconds`$"):
        msgspec.convert({**fields, field: seconds}, Fault)
