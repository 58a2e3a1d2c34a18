"""The words for a plan, its faults, and its end."""

from string import Formatter
from typing import get_args

import pytest
from msgspec import Struct

from sim.faults import CallFails, Fault, NetworkSilent, PowerCut, ProcessKilled
from sim.picture.events import shown
from sim.picture.story import WORDS, Fate, Moment, end_in_words, fates, moments, plan_in_words, words_of
from sim.plan import FileSpec, Plan, Topology
from sim.trace import Event
from sim.trial import Result


class RoofLeaks(Struct, frozen=True):
    """A fault that nobody has put into words yet."""

    machine: str
    drops: int


def _events(*lines: tuple[str, str, str]) -> list[Event]:
    return [Event(number, number, *line) for number, line in enumerate(lines)]


def _fates(*faults: Fault, events: list[Event]) -> list[tuple[int, ...]]:
    return [fate.effects for fate in fates(Plan("by hand", 1, faults=faults), events)]


def test_each_fault_of_the_catalogue_has_words():
    assert {fault.__name__ for fault in get_args(Fault)} <= WORDS.keys()


@pytest.mark.parametrize("fault", get_args(Fault))
def test_the_words_of_a_fault_are_filled_with_its_fields(fault: type[Struct]):
    used = {field for _, field, _, _ in Formatter().parse(WORDS[fault.__name__]) if field}

    assert used - {*fault.__struct_fields__} == set()


def test_a_fault_without_words_is_told_by_its_fields():
    assert words_of(RoofLeaks("far", 3)) == "roof leaks, machine far, drops 3"


def test_a_fault_that_took_no_effect_is_told_as_well():
    fault = PowerCut("far", 60)

    assert fates(Plan("by hand", 1, faults=(fault,)), []) == [
        Fate(fault, "far loses its power at system call 60", ())
    ]
    assert fates(None, []) == []


def test_effects_belong_to_the_fault_of_their_kind_and_machine():
    events = _events(
        ("far", "fault", "PowerCut unsynced"),
        ("world", "fault", "NetworkSilent both ways"),
        ("near", "fault", "CallFails fsync EIO"),
        ("near", "fault", "CallFails fsync EIO"),
        ("near", "fault", "CallFails write EIO"),
    )
    silent = NetworkSilent("near", "far", True, 3, 1.0)
    fsync, write = CallFails("near", "fsync", 1, "EIO", 2), CallFails("near", "write", 1, "EIO")

    found = _fates(write, fsync, PowerCut("near", 1), PowerCut("far", 1), silent, events=events)

    assert found == [(4,), (2, 3), (), (0,), (1,)]


def test_of_two_equal_faults_the_one_with_the_smaller_number_has_come_first():
    events = _events(("far", "fault", "ProcessKilled"))

    assert _fates(ProcessKilled("far", 90), ProcessKilled("far", 50), events=events) == [(), (0,)]


def test_the_story_holds_what_matters_and_the_end():
    events = _events(
        ("world", "note", "run 1 of the job"),
        ("near/1000", "process", "starts copy"),
        ("near/1000", "file", "fstat(3)"),
        ("far", "fault", "PowerCut unsynced"),
        ("near/1000", "note", "ConnectionFailed target x CONNECTION_LOST"),
        ("near/1000", "process", "ended 3"),
        ("far/1000", "process", "ended -9"),
    )

    assert moments(events, list(shown(events)), Result("whole: torn")) == [
        Moment(0, "told", "run 1 of the job"),
        Moment(1, "run", "copy starts as near/1000"),
        Moment(3, "fault", "far PowerCut unsynced"),
        Moment(4, "bad", "near/1000 connection failed: CONNECTION_LOST, target x"),
        Moment(5, "bad", "near/1000 ended with exit code 3"),
        Moment(6, "bad", "promise broken: whole: torn"),
    ]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            Plan("by hand", 1, source=(FileSpec("a", 1, 1),)),
            "push: near, a folder of the client's → far, behind a listener, 1 file at the source, 0 at the target, "
            "durability batch, without a key, deletes nothing, a disk like ext4, "
            "1 run while things fail, then two that must converge.",
        ),
        (
            Plan("by hand", 1, topology=Topology.PULL, is_deleting=True, is_keyed=True, edits=((),)),
            "pull: far, behind a listener → near, a folder of the client's, 0 files at the source, 0 at the target, "
            "durability batch, with a key, deletes what the source has not, a disk like ext4, "
            "2 runs while things fail, then two that must converge.",
        ),
        (
            Plan("by hand", 1, windows=("far",)),
            "push: near, a folder of the client's → far, behind a listener, 0 files at the source, 0 at the target, "
            "durability batch, without a key, deletes nothing, a disk like ntfs, "
            "1 run while things fail, then two that must converge.",
        ),
    ],
)
def test_a_plan_is_told_in_words(plan: Plan, words: str):
    assert plan_in_words(plan) == words


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            Result(exit_codes=(3, 0), virtual_seconds=1.5),
            "Every promise was kept. Exit codes of the runs: 3, 0. 1.500 virtual seconds.",
        ),
        (
            Result("whole: torn"),
            "Promise broken: whole: torn. Exit codes of the runs: none. 0.000 virtual seconds.",
        ),
    ],
)
def test_the_end_is_told_in_words(result: Result, words: str):
    assert end_in_words(result) == words
