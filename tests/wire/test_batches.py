"""Whatever is listed, asked for or done: each message fits into a record, and nothing is lost or moved."""

from collections.abc import Iterable
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psync.core.changes import Change, MakeFolder, MakeLink, RenameEntry
from psync.core.content import (
    PACK_BYTES_MIN,
    PACK_FILES_MAX,
    PIECE_BYTES_MAX,
    SMALL_BYTES_MAX,
    ContentHeader,
    Outcome,
    Pack,
    PackedFile,
    Piece,
    Request,
    Unsupplied,
)
from psync.core.manifest import Entry, Kind, Listing, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.wire.batches import BATCH_BYTES, batches, listing_messages
from psync.wire.messages import Changes, Contents, Listings, Message, Outcomes, Requests, encode
from psync.wire.seal import PLAINTEXT_BYTES_MAX
from tests.wire.conversations import entries, paths, problems

# The longest that hosts allow: 255 names of 255 bytes, or 32,767 units of Windows of three bytes each.
DEEPEST = (b"\xff" * 255,) * 255
WIDEST = (b"\xe2\x82\xac" * 255,) * 128
LONGEST_TARGET = b"t" * 4096
LARGEST = 2**63 - 1
STAMP = Stamp(LARGEST, LARGEST, LARGEST, LARGEST)
PROBLEM = Problem(WIDEST, ProblemCode.READ_ONLY_DISK, "the disk's own words " * 50)


def entry(number: int, target: bytes = b"") -> Entry:
    name = b"%08d" % number + b"n" * 247
    return Entry(name, Kind.LINK, LARGEST, LARGEST, LARGEST, LARGEST, LARGEST, target)


FOLDER = Entry(b"n" * 255, Kind.FOLDER, 0o777, 0, LARGEST, LARGEST, LARGEST)
SCANS = {
    "100,000 entries in a folder": [Listing(DEEPEST, FOLDER, [entry(number) for number in range(100_000)])],
    "folders with nothing": [Listing((b"%d" % number,), FOLDER, []) for number in range(20_000)],
    "deep folders with nothing": [Listing(DEEPEST, FOLDER, [])] * 40,
    "wide folders with an entry": [Listing(WIDEST, FOLDER, [entry(1, LONGEST_TARGET)])] * 40,
    "links with long targets": [Listing((), FOLDER, [entry(n, LONGEST_TARGET) for n in range(2_000)])],
    "folders with a few long links": [Listing((), FOLDER, [entry(n, LONGEST_TARGET) for n in range(31)])] * 9,
    "a folder of problems": [Listing((), FOLDER, [], [PROBLEM] * 100, False)],
    "folders with a problem": [Listing((), FOLDER, [], [PROBLEM], False)] * 100,
    "entries and problems": [Listing(WIDEST, FOLDER, [entry(n) for n in range(3_000)], [PROBLEM] * 30)] * 2,
    "a path beyond all hosts": [Listing(DEEPEST * 3, FOLDER, [])],
    "a root with nothing": [Listing((), FOLDER, [])],
    "no folder": [],
}
LISTS: dict[str, tuple[type, list[object]]] = {
    "deep requests": (Requests, [Request(LARGEST, DEEPEST)] * 100),
    "short requests": (Requests, [Request(number, (b"n",)) for number in range(1, 50_000)]),
    "folders": (Changes, [MakeFolder(LARGEST, WIDEST, STAMP)] * 50),
    "links": (Changes, [MakeLink(LARGEST, (b"l",), LONGEST_TARGET, LARGEST, STAMP)] * 2_000),
    "names": (Changes, [RenameEntry(LARGEST, (b"a",), b"n" * 255, STAMP)] * 5_000),
    "problems": (Outcomes, [Outcome(LARGEST, STAMP, PROBLEM)] * 100),
    "outcomes": (Outcomes, [Outcome(number) for number in range(1, 50_000)]),
    "nothing": (Changes, []),
}
LARGEST_PACK = Pack([PackedFile(LARGEST, LARGEST, LARGEST, bytes(32))] * PACK_FILES_MAX)
CONTENTS = {
    "a pack that the last file overfills": (LARGEST_PACK, PACK_BYTES_MIN - 1 + SMALL_BYTES_MAX),
    "a piece": (Piece(LARGEST, LARGEST), PIECE_BYTES_MAX),
    "a file that cannot be read": (Unsupplied(LARGEST, PROBLEM), 0),
}


def size(message: Message) -> int:
    return len(encode(2**32 - 1, message))


def joined(messages: Iterable[Listings]) -> list[Listing]:
    """Join parts and nothing else: these scans have folders in no order."""
    whole: list[Listing] = []
    is_begun = False
    for message in messages:
        for listing in message.listings:
            if is_begun:
                assert listing.path == whole[-1].path
                whole[-1].entries.extend(listing.entries)
                whole[-1].problems.extend(listing.problems)
            else:
                whole.append(
                    Listing(
                        listing.path,
                        listing.folder,
                        [*listing.entries],
                        [*listing.problems],
                        listing.complete,
                    )
                )
            is_begun = False
        is_begun = message.more
    return whole


@pytest.mark.parametrize("scan", SCANS.values(), ids=SCANS)
def test_each_part_of_a_scan_fits_into_a_record(scan: list[Listing]):
    messages = list(listing_messages(scan))

    assert max(map(size, messages), default=0) <= PLAINTEXT_BYTES_MAX // 2
    assert joined(messages) == scan


@pytest.mark.parametrize(("kind", "values"), LISTS.values(), ids=LISTS)
def test_each_part_of_a_list_fits_into_a_record(kind: type, values: list[object]):
    parts = list(batches(values))

    assert max((size(kind(part)) for part in parts), default=0) <= PLAINTEXT_BYTES_MAX // 2
    assert list(chain.from_iterable(parts)) == values


@pytest.mark.parametrize(("header", "bulk_bytes"), CONTENTS.values(), ids=CONTENTS)
def test_the_largest_contents_fit_into_a_record(header: ContentHeader, bulk_bytes: int):
    assert size(Contents(header)) + bulk_bytes <= PLAINTEXT_BYTES_MAX


@pytest.mark.parametrize(
    "name", ["100,000 entries in a folder", "folders with nothing", "links with long targets"]
)
def test_parts_of_a_scan_are_worth_a_message(name: str):
    *full, _ = listing_messages(SCANS[name])

    assert min(map(size, full)) >= BATCH_BYTES


@pytest.mark.parametrize("name", [name for name in LISTS if name != "nothing"])
def test_parts_of_a_list_are_worth_a_message(name: str):
    kind, values = LISTS[name]
    *full, _ = batches(values)

    assert min(size(kind(part)) for part in full) >= BATCH_BYTES


def test_small_folders_share_a_message():
    scan = SCANS["folders with nothing"][:100]

    assert list(listing_messages(scan)) == [Listings(scan)]


def test_an_empty_scan_and_an_empty_list_are_no_message():
    assert (list(listing_messages([])), list(batches([]))) == ([], [])


def test_a_list_is_cut_as_it_comes():
    def endless() -> Iterable[Change]:
        while True:
            yield MakeFolder(1, DEEPEST)

    assert len(next(batches(endless()))) == 2


@given(
    st.lists(
        st.builds(Listing, paths, st.just(FOLDER), st.lists(entries, max_size=4), st.lists(problems)),
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_any_scan_is_put_together_again(scan: list[Listing], long_lists: int):
    longer = [
        Listing(one.path, FOLDER, one.entries * 900, one.problems * 900, False) for one in scan[:long_lists]
    ]

    assert joined(listing_messages(longer + scan)) == longer + scan
