"""A scan arrives whole and in its order, or it is refused: what is missing in it would be deleted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order
from psync.core.problems import Problem, ProblemCode
from psync.wire.batches import listing_messages
from psync.wire.listings import ListingJoiner
from psync.wire.messages import Listings, MessageInvalid

EXACT, FOLDED = Order(folded=False), Order(folded=True)
PROBLEM = Problem((b"a",), ProblemCode.IO_ERROR)


def file(name: bytes) -> Entry:
    return Entry(name, Kind.FILE)


def folder(name: bytes) -> Entry:
    return Entry(name, Kind.FOLDER, 0o755)


def listing(path: EntryPath, *entries: Entry) -> Listing:
    return Listing(path, folder(path[-1] if path else b""), list(entries), [])


ROOT = listing((), folder(b"a"), file(b"b"), folder(b"c"))
A = listing((b"a",), folder(b"x"))
AX = listing((b"a", b"x"))
C = listing((b"c",), file(b"y"))
SCAN = [ROOT, A, AX, C]


def join(messages: list[Listings], order: Order = EXACT) -> list[Listing]:
    joiner = ListingJoiner(order)
    joined = [listing for message in messages for listing in joiner.join(message)]
    joiner.finish()
    return joined


def trees(names: st.SearchStrategy[bytes]) -> st.SearchStrategy[dict]:
    """Draw folders as dictionaries: None is a file."""
    return st.recursive(
        st.dictionaries(names, st.none(), max_size=3),
        lambda inner: st.dictionaries(names, st.none() | inner, max_size=4),
        max_leaves=12,
    )


def scan(tree: dict, order: Order, path: EntryPath = ()) -> list[Listing]:
    entries = [file(name) if below is None else folder(name) for name, below in tree.items()]
    order.sort(entries)
    below = [
        found
        for entry in entries
        if entry.kind is Kind.FOLDER
        for found in scan(tree[entry.name], order, (*path, entry.name))
    ]
    return [listing(path, *entries), *below]


@given(trees(st.binary(max_size=2) | st.sampled_from([b"A", b"a", b"B", b"b"])), st.booleans(), st.data())
def test_any_scan_arrives_as_it_was(tree: dict, is_folded: bool, data: st.DataObject):
    order = Order(is_folded)
    expected = scan(tree, order)
    messages, rest = [], expected
    while rest:
        count = data.draw(st.integers(1, len(rest)))
        messages.append(Listings(rest[:count]))
        rest = rest[count:]

    assert join(messages, order) == expected


@given(trees(st.binary(max_size=2)), st.data())
def test_a_scan_without_one_of_its_folders_or_in_another_order_is_refused(tree: dict, data: st.DataObject):
    expected = scan(tree, EXACT)
    numbers = st.lists(st.sampled_from(range(len(expected))), max_size=len(expected) + 1)
    order = data.draw(numbers.filter(lambda order: order != [*range(len(expected))]))

    with pytest.raises(MessageInvalid):
        join([Listings([expected[number]]) for number in order])


def test_a_large_folder_is_one_again_with_its_first_attributes_and_its_last_word():
    first = Listing((), folder(b""), [file(b"a")], [PROBLEM], complete=True)
    last = Listing((), file(b""), [file(b"b")], [PROBLEM], complete=False)

    joined = join([Listings([first], more=True), Listings([last])])

    assert joined == [Listing((), folder(b""), [file(b"a"), file(b"b")], [PROBLEM] * 2, complete=False)]


def test_what_was_cut_is_one_again():
    entries = [file(b"%05d" % number) for number in range(9_000)]
    large = Listing((), folder(b""), entries, [PROBLEM] * 9_000, complete=False)
    messages = list(listing_messages([large]))

    assert len(messages) > 2
    assert join(messages) == [large]


def test_folders_are_handed_out_as_soon_as_they_are_complete():
    joiner = ListingJoiner(EXACT)

    handed_out = [
        joiner.join(Listings([ROOT, A, AX, listing((b"c",))], more=True)),
        joiner.join(Listings([C], more=True)),
        joiner.join(Listings([listing((b"c",))])),
    ]

    assert handed_out == [[ROOT, A, AX], [], [C]]
    joiner.finish()


REFUSED = {
    "nothing": ([], "a scan that ends early"),
    "the last folder left out": ([Listings([ROOT, A, AX])], "a scan that ends early"),
    "ended within a folder": ([Listings([ROOT, A, AX, C], more=True)], "a scan that ends early"),
    "a folder left out": ([Listings([ROOT, A, C])], "a folder out of its place in the scan"),
    "siblings exchanged": ([Listings([ROOT, C, A, AX])], "a folder out of its place in the scan"),
    "a sibling before the contents": ([Listings([ROOT, A, C, AX])], "a folder out of its place in the scan"),
    "another root": ([Listings([A, AX])], "a folder out of its place in the scan"),
    "a folder twice": ([Listings([ROOT, A, AX, AX])], "a folder out of its place in the scan"),
    "a folder that no entry names": ([Listings([*SCAN, AX])], "a folder out of its place in the scan"),
    "a folder begun after the end": ([Listings(SCAN), Listings([AX], more=True)], "a scan that ends early"),
    "a file listed": ([Listings([listing((), file(b"a")), A])], "a folder out of its place in the scan"),
    "gone on with another folder": (
        [Listings([ROOT, A], more=True), Listings([C])],
        "a folder that is not gone on with",
    ),
    "not in order": (
        [Listings([listing((), file(b"b"), file(b"a"))])],
        "a folder that is not in canonical order",
    ),
    "not in order from part to part": (
        [Listings([listing((), file(b"b"))], more=True), Listings([listing((), file(b"a"))])],
        "a folder that is not in canonical order",
    ),
}


@pytest.mark.parametrize(("messages", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_scan_that_is_not_whole_is_refused(messages: list[Listings], reason: str):
    with pytest.raises(MessageInvalid, match=f"^{reason}$"):
        join(messages)


@pytest.mark.parametrize(
    ("names", "order"),
    [
        pytest.param([b"B", b"a"], EXACT, id="capitals first"),
        pytest.param([b"a", b"B"], FOLDED, id="one alphabet"),
        pytest.param([b"A", b"a", b"B"], FOLDED, id="twins are neighbours"),
        pytest.param([b"a", b"a"], EXACT, id="a name that the system listed twice"),
    ],
)
def test_the_order_is_the_agreed_one(names: list[bytes], order: Order):
    whole = listing((), *map(file, names))

    assert join([Listings([whole])], order) == [whole]


def test_the_other_order_is_refused():
    for names, order in (([b"a", b"B"], EXACT), ([b"B", b"a"], FOLDED), ([b"a", b"A"], FOLDED)):
        with pytest.raises(MessageInvalid):
            join([Listings([listing((), *map(file, names))])], order)


def test_an_incomplete_folder_is_held_to_the_order_too():
    incomplete = Listing((), folder(b""), [folder(b"a")], [PROBLEM], complete=False)

    assert join([Listings([incomplete, listing((b"a",))])]) == [incomplete, listing((b"a",))]
    with pytest.raises(MessageInvalid):
        join([Listings([incomplete])])
