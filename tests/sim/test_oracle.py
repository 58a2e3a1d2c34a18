"""What a target must hold in the end."""

import pytest

from sim.exclusions import Exclusions
from sim.oracle import differences, expected_tree
from sim.trees import Tree

SOURCE: Tree = {b"new": b"1", b"both": b"source"}
TARGET: Tree = {b"both": b"target", b"old": b"2"}


@pytest.mark.parametrize(
    ("is_deleting", "expected"),
    [(True, SOURCE), (False, {b"both": b"source", b"new": b"1", b"old": b"2"})],
    ids=["deleting", "keeping"],
)
def test_the_source_wins_and_nothing_else_is_deleted_unless_asked_for(
    is_deleting: bool, expected: Tree
) -> None:
    assert expected_tree(SOURCE, TARGET, is_deleting=is_deleting) == expected


@pytest.mark.parametrize(
    ("is_deleting", "expected"),
    [
        (True, {b"both": b"source", b"sub": None, b"sub/new": b"3"}),
        (False, {b"both": b"source", b"old": b"2", b"sub": None, b"sub/new": b"3"}),
    ],
    ids=["deleting", "keeping"],
)
def test_what_is_excluded_is_not_sent_and_stays(is_deleting: bool, expected: Tree) -> None:
    target = {**TARGET, b"sub": None, b"sub/new": b"3"}

    found = expected_tree(SOURCE, target, is_deleting=is_deleting, exclusions=Exclusions(("new",)))

    assert found == expected


@pytest.mark.parametrize(
    ("expected", "found", "spelled", "wrong"),
    [
        ({b"a": b"1"}, {b"a": b"1"}, {}, []),
        ({b"a": b"1", b"b": None}, {b"a": b"2"}, {}, [b"A", b"B"]),
        ({b"a": b"old", b"A": b"1"}, {b"A": b"1"}, {b"A": b"1"}, []),
        ({b"A": b"1"}, {b"a": b"1"}, {b"A": b"1"}, [b"A"]),
        ({b"Sub": None, b"sub/kept": b"1"}, {b"Sub": None, b"Sub/kept": b"1"}, {b"Sub": None}, []),
    ],
    ids=["equal", "differs", "spelled anew", "not spelled anew", "below"],
)
def test_two_spellings_are_one_name_but_for_those_of_the_source(
    expected: Tree, found: Tree, spelled: Tree, wrong: list[bytes]
) -> None:
    assert differences(expected, found, spelled, bytes.upper) == wrong
