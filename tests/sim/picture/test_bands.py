"""What lasted, and from when to when."""

import pytest
from msgspec import Struct

from sim.faults import ClockJumps, DiskFull, Fault, PortFiltered
from sim.link import SECOND_NS
from sim.picture.bands import Band, bands
from sim.picture.story import Fate
from sim.trace import Event

HEALED = ("world", "note", "all faults end")


class FileLocked(Struct, frozen=True):
    """A lock as a Windows machine has it."""

    machine: str
    seconds: float


def _events(*lines: tuple[str, str, str]) -> list[Event]:
    """One a second."""
    return [Event(number, number * SECOND_NS, *line) for number, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("lines", "band"),
    [
        (
            [("far", "machine", "power cut"), ("far", "machine", "boot 2")],
            Band("off", "far", "far has no power", 0, 1),
        ),
        (
            [("far/1000", "process", "hangs"), HEALED, ("far/1000", "process", "goes on")],
            Band("hang", "far/1000", "far/1000 hangs", 0, 2),
        ),
        (
            [("far/1000", "process", "hangs"), ("far/1000", "process", "ended -9"), HEALED],
            Band("hang", "far/1000", "far/1000 hangs", 0, 1),
        ),
        (
            [("world", "link", "near>far silent"), ("world", "link", "far>near open"), HEALED],
            Band("silent", "near>far", "nothing from near arrives at far", 0, 2),
        ),
        (
            [HEALED, ("world", "link", "near>far silent"), ("world", "link", "near>far open")],
            Band("silent", "near>far", "nothing from near arrives at far", 1, 2),
        ),
    ],
)
def test_the_trace_tells_how_long_it_lasted(lines: list[tuple[str, str, str]], band: Band):
    assert bands(_events(*lines), []) == [band]


@pytest.mark.parametrize(
    ("fault", "last", "ends", "ends_ns"),
    [
        (PortFiltered("far", 1.5), 3, "fault ends: words", 2.5 * SECOND_NS),
        (PortFiltered("far", 1.0), 2, "", 2 * SECOND_NS),
        (PortFiltered("far", 99.0), 4, "", 4 * SECOND_NS),
        (DiskFull("far", 0), 4, "", 4 * SECOND_NS),
    ],
)
def test_the_plan_tells_how_long_other_faults_lasted_but_none_outlives_the_healing(
    fault: Fault, last: int, ends: str, ends_ns: int
):
    events = _events((*HEALED[:2], "begin"), ("far", "fault", ""), *[("near", "note", "")] * 2, HEALED)

    assert bands(events, [Fate(fault, "words", (1,))]) == [
        Band("fault", "far", "words", 1, last, "", ends, ends_ns)
    ]


def test_a_lock_is_there_before_it_keeps_anybody_from_anything_and_after_the_files_are():
    planted = [("far/1", "file", "mkdir(b'/')"), ("far/1", "content", "b'/a' 3 00000000")]
    events = _events(*planted, ("far/1000", "process", "starts listener"), ("far", "fault", ""), HEALED)

    assert bands(events, [Fate(FileLocked("far", 99.0), "words", (3,))]) == [
        Band("fault", "far", "words", 2, 4, "fault begins: words", "", 4 * SECOND_NS)
    ]


@pytest.mark.parametrize(
    "fate", [Fate(PortFiltered("far", 1.0), "", ()), Fate(ClockJumps("far", 1, 1.0), "", (0,))]
)
def test_a_fault_without_effect_or_length_has_no_band(fate: Fate):
    assert bands(_events(HEALED), [fate]) == []
