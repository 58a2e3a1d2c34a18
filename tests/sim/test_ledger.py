"""What every file has been, and what was promised of it."""

import pytest

from sim.ledger import Ledger
from sim.trees import Link, Tree

PATH = (b"sub", b"a")
NAME = b"sub/a"


def _ledger() -> Ledger:
    """One file: `old` at the target, then three versions at the source."""
    ledger = Ledger({NAME: b"1"}, {NAME: b"old"})
    ledger.add_version(NAME, b"2")
    ledger.add_version(NAME, b"3")
    return ledger


@pytest.mark.parametrize("content", [b"old", b"1", b"2", b"3"])
def test_every_version_is_whole(content: bytes) -> None:
    assert _ledger().is_whole(NAME, content)


@pytest.mark.parametrize("content", [b"", b"23", b"4"])
def test_anything_else_is_not(content: bytes) -> None:
    assert not _ledger().is_whole(NAME, content)


TARGETS: dict[str, tuple[Tree, int]] = {
    "the acknowledged one": ({NAME: b"2"}, 0),
    "a later one": ({NAME: b"3"}, 0),
    "an earlier one": ({NAME: b"1"}, 1),
    "nothing": ({}, 1),
}


@pytest.mark.parametrize(("target", "broken"), TARGETS.values(), ids=TARGETS)
def test_nothing_may_fall_behind_what_was_acknowledged(target: Tree, broken: int) -> None:
    ledger = _ledger()
    ledger.acknowledge(PATH, b"2")

    assert len(ledger.broken_promises(target)) == broken


def test_a_file_that_the_source_has_no_more_may_go() -> None:
    ledger = _ledger()
    ledger.acknowledge(PATH, b"3")
    ledger.remove(NAME)

    assert (ledger.broken_promises({}), ledger.has_been(NAME, b"3")) == ([], True)


def test_a_file_that_was_gone_for_a_while_is_due_again_once_the_target_has_it() -> None:
    """The next run may have taken it away, with nobody left to hear so, and the one after it have failed."""
    ledger = _ledger()
    ledger.acknowledge(PATH, b"3")
    ledger.remove(NAME)
    ledger.add_version(NAME, b"4")
    targets: list[Tree] = [{}, {NAME: None}, {NAME: b"3"}, {NAME: b"4"}]
    assert [ledger.broken_promises(target) for target in targets] == [[], [], [], []]
    assert ledger.broken_promises({NAME: b"2"})

    ledger.acknowledge(PATH, b"4")

    assert [len(ledger.broken_promises(target)) for target in targets] == [1, 1, 1, 0]


def test_what_was_deleted_must_not_come_back_unless_it_was_made_anew() -> None:
    ledger = _ledger()
    ledger.remove(NAME)
    ledger.acknowledge_deletion(PATH)
    assert len(ledger.broken_promises({NAME: b"3"})) == 1

    ledger.add_version(NAME, b"4")
    assert ledger.broken_promises({NAME: b"4"}) == []


def test_where_nothing_was_promised_a_power_cut_may_leave_anything() -> None:
    ledger = _ledger()
    ledger.acknowledge(PATH, b"3")
    ledger.tolerate(NAME, b"torn")
    ledger.forget_promises()

    assert (ledger.is_whole(NAME, b"torn"), ledger.broken_promises({NAME: b"torn"})) == (True, [])


def test_what_was_deleted_may_be_a_folder_later() -> None:
    ledger = _ledger()
    ledger.remove(NAME)
    ledger.acknowledge_deletion(PATH)

    ledger.add_folder(NAME)

    assert ledger.broken_promises({NAME: None}) == []


def test_a_link_in_the_place_of_a_file_is_a_later_version() -> None:
    ledger = _ledger()
    ledger.acknowledge(PATH, b"3")
    ledger.add_version(NAME, Link(b"there"))

    assert ledger.broken_promises({NAME: Link(b"there")}) == []
    assert len(ledger.broken_promises({NAME: Link(b"elsewhere")})) == 1


def test_two_spellings_are_one_name_where_the_plan_says_so() -> None:
    ledger = Ledger({NAME: b"1"}, {}, bytes.upper)
    ledger.acknowledge((b"Sub", b"a"), b"1")

    assert (ledger.broken_promises({b"SUB/A": b"1"}), len(ledger.broken_promises({}))) == ([], 1)
