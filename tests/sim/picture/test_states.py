"""What became of each file of the target."""

import pytest

from sim.picture.states import TEMPORARY, Folder, Lane, State, States, end_of_files
from sim.trace import Event

SOURCE, TARGET = Folder("near", b"/home/source"), Folder("far", b"/srv/data")
START = ("far/1000", "process", "starts listener")
PART = ".psync-svkxcnp5yn7sogjjhfq4e3taab.part"


def source(detail: str, name: str = "a") -> tuple[str, str, str]:
    return "near", "content", f"b'/home/source/{name}' {detail}"


def target(detail: str, name: str = "a") -> tuple[str, str, str]:
    return "far/1000", "content", f"b'/srv/data/{name}' {detail}"


def _lanes(*lines: tuple[str, str, str], nanoseconds: int = 1) -> list[Lane]:
    events = [Event(number, number * nanoseconds, *line) for number, line in enumerate(lines)]
    return States(SOURCE, TARGET).follow(events)


@pytest.mark.parametrize(
    ("lines", "states"),
    [
        ([target("1 aa"), START], [State(0, "old", "old")]),
        ([target("1 aa"), START, target("gone")], [State(0, "old", "old"), State(2, "absent", "")]),
        ([source("2 bb"), START, target("2 bb")], [State(2, "current", "v1")]),
        (
            [source("2 bb"), target("2 bb"), START, source("3 cc")],
            [State(1, "current", "v1"), State(3, "earlier", "v1")],
        ),
        (
            [source("2 bb"), source("3 cc"), START, target("3 cc"), source("gone")],
            [State(3, "current", "v2"), State(4, "earlier", "v2")],
        ),
        ([source("2 bb"), START, target("1 xx")], [State(2, "torn", "torn")]),
        ([target("1 aa"), START, target("1 aa")], [State(0, "old", "old")]),
    ],
)
def test_a_file_of_the_target_is_judged_by_its_source(lines: list[tuple[str, str, str]], states: list[State]):
    assert _lanes(*lines) == [Lane("a", states)]


def test_what_a_source_file_holds_while_it_is_being_written_is_no_version():
    lanes = _lanes(source("0 00"), source("2 bb"), START, target("2 bb"), nanoseconds=0)

    assert lanes == [Lane("a", [State(3, "current", "v1")])]


def test_temporary_files_are_counted_in_one_lane():
    lanes = _lanes(
        START, target("0 00", PART), target("1 aa", PART), target("1 aa", f"sub/{PART}"), target("gone", PART)
    )

    assert lanes == [
        Lane(TEMPORARY, [State(1, "temporary", "1"), State(3, "temporary", "2"), State(4, "temporary", "1")])
    ]


def test_other_folders_and_other_machines_have_no_lane():
    assert _lanes(("far", "content", "b'/etc/a' 1 aa"), ("near", "content", "b'/srv/data/a' 1 aa")) == []


def test_the_end_of_all_files_is_told_and_temporary_ones_are_none():
    kinds = ["current", "absent", "current", "torn"]
    lanes = [Lane("a", [State(0, "old", "old"), State(1, kind, "")]) for kind in kinds]

    assert (
        end_of_files([*lanes, Lane(TEMPORARY, [State(0, "temporary", "1")])])
        == "Files of the target at the end: 2 as the source has them, 1 torn, 1 deleted."
    )
    assert end_of_files([]) == ""
