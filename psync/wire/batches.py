"""Cutting lists so that each message fits well into one record.

What a value weighs is measured by encoding it. An estimate would have to know
each type's longest field; this one cannot be wrong, and costs 0.2 µs a value.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

import msgspec

from psync.core.manifest import Entry, Listing
from psync.core.problems import Problem
from psync.wire.messages import Listings

# Enough that the cost of a message does not count. The last value of a batch may
# exceed it: a path and a link target take some 200 KiB at most, so that a message
# stays far below the 1 MiB of a record.
BATCH_BYTES = 128 * 1024

T = TypeVar("T")

_ENCODER = msgspec.msgpack.Encoder()


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut values into lists of about `BATCH_BYTES`, none of them empty."""
    batch: list[T] = []
    size = 0
    for value in values:
        batch.append(value)
        size += _weigh(value)
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


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
        size += _weigh(last)
        if size >= BATCH_BYTES:
            yield Listings(parts)
            parts, size = [], 0
    if parts:
        yield Listings(parts)


def _parts(listing: Listing) -> list[Listing]:
    if _weigh(listing) < BATCH_BYTES:
        return [listing]
    values: Iterator[Entry | Problem] = chain(listing.entries, listing.problems)
    return [_part(listing, part) for part in batches(values)] or [listing]


def _part(listing: Listing, values: list[Entry | Problem]) -> Listing:
    return Listing(
        listing.path,
        listing.folder,
        [value for value in values if isinstance(value, Entry)],
        [value for value in values if isinstance(value, Problem)],
        listing.complete,
    )


def _weigh(value: object) -> int:
    return len(_ENCODER.encode(value))
