"""Entries, their identity, and the order in which both ends list them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psync.core.manifest import (
    TIME_NS_MAX,
    TIME_NS_MIN,
    Entry,
    EntryPath,
    Kind,
    Order,
    Stamp,
    bounded_time,
    fold_case,
    is_same_time,
)

names = st.one_of(
    st.binary(max_size=6), st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace"))
)


def test_the_stamp_of_an_entry_is_what_a_change_must_find():
    entry = Entry(b"a", Kind.FILE, 0o644, size=3, mtime_ns=-5, inode=7, ctime_ns=9)

    assert entry.stamp == Stamp(inode=7, size=3, mtime_ns=-5, ctime_ns=9)


OTHERS = {
    "the same": (Stamp(1, 2, 3, 4), True),
    "another inode": (Stamp(9, 2, 3, 4), False),
    "another size": (Stamp(1, 9, 3, 4), False),
    "another time": (Stamp(1, 2, 9, 4), False),
    "another change time": (Stamp(1, 2, 3, 9), False),
    "an unknown change time": (Stamp(1, 2, 3, 0), True),
    "an unknown change time and another size": (Stamp(1, 9, 3, 0), False),
}


@pytest.mark.parametrize(("other", "expected"), OTHERS.values(), ids=OTHERS.keys())
def test_two_stamps_match_both_ways(other: Stamp, expected: bool):
    stamp = Stamp(1, 2, 3, 4)

    assert (stamp.matches(other), other.matches(stamp)) == (expected, expected)


FOLDED = {
    "ASCII": (b"aZ-9_", b"AZ-9_"),
    "other letters": ("äßé".encode(), "ÄßÉ".encode()),
    "a letter whose capital is longer stays": ("ŉ".encode(), "ŉ".encode()),
    "no UTF-8": (b"a\xff\xc3", b"A\xff\xc3"),
    "composed and decomposed letters stay two": ("e\u0301".encode(), "E\u0301".encode()),
    "half a surrogate pair of Windows": (b"a\xed\xa0\x80", b"A\xed\xa0\x80"),
}


@pytest.mark.parametrize(("name", "expected"), FOLDED.values(), ids=FOLDED.keys())
def test_a_name_is_folded_letter_by_letter(name: bytes, expected: bytes):
    assert fold_case(name) == expected


@given(names)
def test_what_is_folded_stays_so(name: bytes):
    assert fold_case(fold_case(name)) == fold_case(name)


ORDERS = {
    "exact": (Order(), [b"B", b"a", b"b", b"\xff"]),
    "folded, twins side by side": (Order(folded=True), [b"a", b"B", b"b", b"\xff"]),
}


@pytest.mark.parametrize(("order", "expected"), ORDERS.values(), ids=ORDERS.keys())
def test_entries_are_put_into_canonical_order(order: Order, expected: list[bytes]):
    entries = [Entry(name, Kind.FILE) for name in (b"b", b"\xff", b"a", b"B")]

    order.sort(entries)

    assert [entry.name for entry in entries] == expected


@given(st.lists(st.lists(names, max_size=3).map(tuple), max_size=6), st.booleans())
def test_a_folder_comes_after_those_above_it_and_before_the_next_beside_it(
    paths: list[EntryPath], folded: bool
):
    order = Order(folded)
    known = {path[:length] for path in paths for length in range(len(path) + 1)}

    assert sorted(known, key=order.path_key) == list(_depth_first((), known, order))


def _depth_first(path: EntryPath, known: set[EntryPath], order: Order):
    yield from [path] if path in known else []
    entries = [Entry(below[-1], Kind.FOLDER) for below in known if below and below[:-1] == path]
    order.sort(entries)
    for entry in entries:
        yield from _depth_first((*path, entry.name), known, order)


TIMES = {
    "the same": (5, 5, 1, True),
    "one step of an exact end": (5, 6, 1, False),
    "what a coarse end keeps of it": (1_999_999_999, 0, 2_000_000_000, True),
    "the next step": (1_999_999_999, 2_000_000_000, 2_000_000_000, False),
    "before 1970 the step below": (-1, -100, 100, True),
    "before 1970 the next step": (-1, 0, 100, False),
}


@pytest.mark.parametrize(("left", "right", "step", "expected"), TIMES.values(), ids=TIMES.keys())
def test_times_are_compared_in_the_coarser_step(left: int, right: int, step: int, expected: bool):
    assert is_same_time(left, right, step) is is_same_time(right, left, step) is expected


@pytest.mark.parametrize(
    ("time_ns", "expected"),
    [(0, 0), (-1, -1), (2**80, TIME_NS_MAX), (-(2**80), TIME_NS_MIN), (TIME_NS_MAX, TIME_NS_MAX)],
    ids=["1970", "before 1970", "far in the future", "far in the past", "the last that travels"],
)
def test_a_time_that_cannot_travel_becomes_the_nearest_that_can(time_ns: int, expected: int):
    assert bounded_time(time_ns) == expected
