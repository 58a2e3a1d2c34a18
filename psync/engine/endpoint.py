"""The two ends of a job, seen alike.

A job talks to two endpoints and does not know which one is remote. The verbs
are few and stream batches, so that no file costs a round trip. Trouble with one
entry is data in these streams; a `Failure` is raised for broken machinery only.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol, TypeAlias

from msgspec import Struct

from psync.core.changes import Change
from psync.core.content import Content, Outcome, Request
from psync.core.errors import ProtocolViolation
from psync.core.filters import Filters
from psync.core.lineage import UNKNOWN_LINEAGE, Lineage
from psync.core.manifest import EntryPath, Listing, Order
from psync.core.paths import PathStyle
from psync.core.settings import Durability, OpenRole


class OpenedFolder(Struct, frozen=True):
    """What an end says of its folder; only an inspected one may not exist, only a source has a lineage."""

    exists: bool
    style: PathStyle
    time_granularity_ns: int
    names_folded: bool
    free_bytes: int
    modes_kept: bool = True
    lineage: Lineage = UNKNOWN_LINEAGE


# What flows into `apply`: changes as they are announced, contents of announced files.
ApplyItem: TypeAlias = list[Change] | Content


class Endpoint(Protocol):
    """One end of a job: a folder here, or one behind a connection."""

    async def open(self, role: OpenRole, source: Lineage = UNKNOWN_LINEAGE) -> OpenedFolder:
        """Open the folder; raise the `Failure` that says why it cannot be.

        A target that is, contains or lies in the folder of lineage `source` is refused, and not made.
        """
        ...

    def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        """List the tree, depth first in canonical order, in batches of whole folders."""
        ...

    def supply(self, requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        """Give the contents asked for; finish with each before asking for the next."""
        ...

    def apply(self, items: AsyncIterator[ApplyItem], durability: Durability) -> AsyncGenerator[list[Outcome]]:
        """Carry out changes and contents; give one outcome for each change, in any order."""
        ...

    def path_on_host(self, path: EntryPath) -> str:
        """Give the path of an entry as the listener was asked for it; empty where there is none."""
        ...

    def blame(self, reason: str) -> ProtocolViolation:
        """Give the failure that says what this end did against the rules."""
        ...

    async def close(self) -> None:
        """End everything that was opened; what is not committed is removed."""
        ...
