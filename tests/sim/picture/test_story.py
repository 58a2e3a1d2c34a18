"""The words for a plan, its faults, and its end."""

from string import Formatter
from typing import get_args

import pytest
from msgspec import Struct

from sim.faults import CallFails, Fault, FileLocked, NetworkSilent, PowerCut, ProcessKilled
from sim.link import SECOND_NS
from sim.picture.story import (
    WORDS,
    Fate,
    end_in_words,
    end_of_last_run,
    fates,
    plan_in_words,
    words_of,
    words_of_effects,
)
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


LOCKS = (FileLocked("far", "/C:/data/a", 5.0), FileLocked("far", "/C:/data/b", 0.5))
LOCKED = (
    ("far/1000", "process", "starts listener"),
    ("far", "fault", "FileLocked rename 5"),
    ("far/1000", "file", "rename(b't', b'A', src_dir_fd=3, dst_dir_fd=3) EACCES"),
    ("far", "fault", "FileLocked open 32"),
    ("near/1000", "file", "open(b'b', 0, dir_fd=3) 4"),
    ("far/1000", "file", "open(b'a', 1, dir_fd=3) EACCES"),
    ("far", "fault", "FileLocked pread 33"),
    ("far/1000", "file", "pread(5, 10, 0) EACCES"),
)


def test_a_lock_is_met_by_each_call_on_its_file_while_it_lasts():
    events = [Event(number, number * SECOND_NS, *line) for number, line in enumerate(LOCKED)]

    assert _fates(*LOCKS, events=events) == [(1, 3), ()]


def test_whoever_meets_a_lock_is_told_with_what_is_refused():
    events = _events(*LOCKED)
    known = fates(Plan("by hand", 1, faults=(*LOCKS, PowerCut("near", 1))), events)

    assert words_of_effects(known[:1], events) == {
        1: r"far meets the lock of C:\data\a: rename is refused (access denied)",
        3: r"far meets the lock of C:\data\a: open is refused (sharing violation)",
        6: r"far meets the lock of C:\data\a: pread is refused (lock violation)",
    }
    assert words_of_effects([Fate(PowerCut("far", 1), "words", (1,))], events) == {1: "fault: words"}


def test_a_path_of_a_windows_disk_is_told_as_its_users_know_it():
    assert words_of(LOCKS[0]).startswith(r"another program on far has C:\data\a open")


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
            Plan("by hand", 1, windows=("far",), is_run_once=True),
            "push: near, a folder of the client's → far, behind a listener, 0 files at the source, 0 at the target, "
            "durability batch, without a key, deletes nothing, a disk like ntfs, "
            "1 run while things fail, then one that must converge.",
        ),
    ],
)
def test_a_plan_is_told_in_words(plan: Plan, words: str):
    assert plan_in_words(plan) == words


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            Result(exit_codes=(3, 0, 0), virtual_seconds=1.5),
            "Every promise was kept. 1 run while things failed: no connection (exit code 3). "
            "2 runs after all was healed: all arrived (exit code 0), all arrived (exit code 0). "
            "At the end the target was as it should be, and a last run had nothing to send. "
            "It took 1.500 s of virtual time.",
        ),
        (
            Result("whole: torn", exit_codes=(-9,)),
            "Promise broken: whole: torn. 1 run while things failed: killed (exit code -9). "
            "It took 0.000 s of virtual time.",
        ),
        (
            Result("whole: torn", exit_codes=(130,)),
            "Promise broken: whole: torn. 1 run while things failed: ended by its operator (exit code 130). "
            "It took 0.000 s of virtual time.",
        ),
        (
            Result("whole: torn", exit_codes=(0,), is_run_stopped=True),
            "Promise broken: whole: torn. 1 run while things failed: all arrived (exit code 0). "
            "Run 2 was stopped by the broken promise. It took 0.000 s of virtual time.",
        ),
        (Result("ends: never"), "Promise broken: ends: never. It took 0.000 s of virtual time."),
    ],
)
def test_the_end_is_told_in_words(result: Result, words: str):
    assert end_in_words(Plan("by hand", 1), result) == words


def test_nothing_is_told_of_a_last_run_that_was_not_made():
    words = end_in_words(Plan("by hand", 1, is_run_once=True), Result(exit_codes=(3, 0)))

    assert "At the end the target was as it should be. It took" in words


def test_a_world_without_a_plan_ends_as_its_last_run_did():
    ends = [
        ("near/1000", "ended 3"),
        ("near/1001", "ended 0"),
        ("far/1000", "ended 2"),
        ("near/1002", "ended -9"),
    ]
    copies = [(name, "process", "starts copy") for name in ("near/1000", "near/1001", "near/1002")]
    events = _events(*copies, *[(name, "process", detail) for name, detail in ends])

    assert end_of_last_run(events) == "2 runs came to an end, the last one so: all arrived (exit code 0)."
    assert end_of_last_run(events[:3]) == ""
