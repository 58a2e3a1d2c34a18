"""Cutting lists so that each message fits well into one record."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from psync.core.manifest import Entry, EntryPath, Listing
from psync.wire.messages import Listings

# Far below a record, and enough that the cost of a message does not count.
BATCH_BYTES = 128 * 1024

# Numbers, flags and lengths around the names of one value.
VALUE_BYTES = 96

T = TypeVar("T")


def batches(values: Iterable[T], path_of: Callable[[T], EntryPath]) -> Iterator[list[T]]:
    """Cut values that each carry one path."""
    return _cut(values, lambda value: VALUE_BYTES + path_bytes(path_of(value)))


def path_bytes(path: EntryPath) -> int:
    """Tell how long a path is on the wire."""
    return sum(map(len, path)) + 3 * len(path)


def listing_messages(listings: Iterable[Listing]) -> Iterator[Listings]:
    """Cut folders into messages; a large folder takes several, each but the last with `more`."""
    parts: list[Listing] = []
    size = 0
    for listing in listings:
        *begun, last = _parts(listing)
        for part in begun:
            yield Listings([*parts, part], more=True)
            parts, size = [], 0
        parts.append(last)
        size += path_bytes(listing.path) + sum(map(_entry_bytes, last.entries))
        if size >= BATCH_BYTES:
            yield Listings(parts)
            parts, size = [], 0
    if parts:
        yield Listings(parts)


def join_listings(message: Listings, begun: Listing | None) -> tuple[list[Listing], Listing | None]:
    """Undo `listing_messages`: give the complete folders, and the one that is still `begun`."""
    listings = list(message.listings)
    if begun is not None and listings:
        begun.entries.extend(listings[0].entries)
        begun.problems.extend(listings[0].problems)
        listings[0] = Listing(begun.path, begun.folder, begun.entries, begun.problems, listings[0].complete)
    if message.more and listings:
        return listings[:-1], listings[-1]
    return listings, None


def _parts(listing: Listing) -> Iterator[Listing]:
    entries = list(_cut(listing.entries, _entry_bytes)) or [[]]
    problems = list(_cut(listing.problems, lambda problem: VALUE_BYTES + path_bytes(problem.path))) or [[]]
    count = max(len(entries), len(problems))
    for index in range(count):
        yield Listing(
            listing.path,
            listing.folder,
            entries[index] if index < len(entries) else [],
            problems[index] if index < len(problems) else [],
            listing.complete,
        )


def _entry_bytes(entry: Entry) -> int:
    return VALUE_BYTES + len(entry.name) + len(entry.link_target)


def _cut(values: Iterable[T], weigh: Callable[[T], int]) -> Iterator[list[T]]:
    batch: list[T] = []
    size = 0
    for value in values:
        batch.append(value)
        size += weigh(value)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
