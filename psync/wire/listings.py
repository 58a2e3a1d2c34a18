"""A scan as it arrives: folders joined again, and nothing missing.

What a scan does not name is missing at its source, and a run may delete it at
its target. A scan that lost a folder on its way would therefore cost files. So
the receiver holds the other side to the order that each scan has: depth first,
and for each folder that an entry names, exactly one listing.
"""

from collections.abc import Iterable
from itertools import pairwise

from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order
from psync.wire.messages import Listings, MessageInvalid


class ListingJoiner:
    """Undoes `listing_messages`. Holds the folders that are still to come, a branch of the tree at a time."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._begun: Listing | None = None
        self._awaited: list[EntryPath] = [()]

    def join(self, message: Listings) -> list[Listing]:
        """Give the folders that are complete; raise `MessageInvalid` for one that may not come here."""
        listings = list(message.listings)
        if self._begun is not None:
            listings[0] = _joined(self._begun, listings[0])
        self._begun = listings.pop() if message.more else None
        for listing in listings:
            self._check(listing)
        return listings

    def finish(self) -> None:
        """Raise `MessageInvalid` unless the scan is complete."""
        if self._begun is not None or self._awaited:
            raise MessageInvalid("a scan that ends early")

    def _check(self, listing: Listing) -> None:
        if not self._awaited or self._awaited.pop() != listing.path:
            raise MessageInvalid("a folder out of its place in the scan")
        if not self._is_sorted(listing.entries):
            raise MessageInvalid("a folder that is not in canonical order")
        self._awaited += [
            (*listing.path, entry.name) for entry in reversed(listing.entries) if entry.kind is Kind.FOLDER
        ]

    def _is_sorted(self, entries: Iterable[Entry]) -> bool:
        fold = self._order.fold
        keys = ((fold(entry.name), entry.name) for entry in entries)
        return all(key <= following for key, following in pairwise(keys))


def _joined(begun: Listing, following: Listing) -> Listing:
    """Put the next part behind a begun folder, whose lists grow; its attributes are those of the first."""
    if following.path != begun.path:
        raise MessageInvalid("a folder that is not gone on with")
    begun.entries.extend(following.entries)
    begun.problems.extend(following.problems)
    return Listing(begun.path, begun.folder, begun.entries, begun.problems, following.complete)
