"""An end of a job on this machine: the verbs on a `Folder`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing
from itertools import islice
from typing import TypeVar

from psync.core.changes import Delete, FinishFolder
from psync.core.content import Content, Outcome, Request, Unsupplied
from psync.core.errors import ProtocolViolation
from psync.core.filters import Filters
from psync.core.lineage import UNKNOWN_LINEAGE, Lineage
from psync.core.manifest import EntryPath, Listing, Order
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.disk.folder import Folder, lineage_of
from psync.disk.reader import Reader
from psync.disk.scan import scan
from psync.disk.stage import TemporaryNames
from psync.disk.target import Target
from psync.engine.endpoint import ApplyItem, OpenedFolder
from psync.engine.location import (
    Location,
    open_apart,
    open_existing_target,
    open_source,
    open_target,
    sync_way,
    unreachable,
)
from psync.engine.tasks import end_task
from psync.engine.worker import Worker
from psync.engine.writers import Applicant, WriteRight, Writers
from psync.system import System

# One step of a scan: long enough to be worth a step, short enough not to hold up a session.
SCAN_ENTRIES_PER_STEP = 1000
SCAN_FOLDERS_PER_STEP = 64

# A batch is settled after so long even if it is not full: somebody waits for the acknowledgement.
BATCH_SECONDS_MAX = 0.2

# A file that changes while it is read is tried again after these pauses.
CHANGED_RETRY_SECONDS = (0.1, 0.5)

T = TypeVar("T")


class LocalEndpoint:
    """A folder of this machine, read or written by one run."""

    def __init__(self, system: System, location: Location, writers: Writers, applicant: Applicant) -> None:
        self._system = system
        self._location = location
        self._writers = writers
        self._applicant = applicant
        self._worker = Worker()
        self._names = TemporaryNames(system)
        self._folder: Folder | None = None
        self._modes_kept = True
        self._right: WriteRight | None = None

    async def open(self, role: OpenRole, source: Lineage = UNKNOWN_LINEAGE) -> OpenedFolder:
        """Open the folder; a target is made if it is missing, and is then this run's alone to write."""
        if role is not OpenRole.SOURCE:
            await self._worker.run(self._keep, open_apart, source)
        if self._folder is None:
            await self._worker.run(self._keep, _OPENERS[role])
        if self._folder is None:
            return OpenedFolder(False, self._system.path_style, 1, False, 0)
        try:
            if role is OpenRole.TARGET:
                self._right = await self._writers.claim(self._folder, self._location.shown, self._applicant)
                await self._worker.run(sync_way, self._system, self._location)
            volume = self._system.volume(self._folder.root.fd)
            lineage = lineage_of(self._folder) if role is OpenRole.SOURCE else UNKNOWN_LINEAGE
        except OSError as error:
            raise unreachable(self._location, error) from error
        self._modes_kept = volume.modes_kept
        return OpenedFolder(
            True,
            self._system.path_style,
            volume.time_granularity_ns,
            volume.names_folded,
            volume.free_bytes,
            volume.modes_kept,
            lineage,
        )

    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        """List the tree; a target's scan also removes temporaries that a dead session left."""
        if self._folder is None:
            return
        is_stale = self._names.is_foreign if self._right is not None else None
        with self._share(self._folder) as folder:
            listings = scan(folder, order, filters, is_stale)
            while batch := await self._worker.run(_next_listings, folder, listings):
                yield batch
                await asyncio.sleep(0)

    async def supply(self, requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        """Give contents; a file that changes while it is read is tried again, then reported."""
        assert self._folder is not None
        with self._share(self._folder) as folder:
            reader = Reader(folder)
            async for wanted in requests:
                async with aclosing(self._read_patiently(reader, wanted)) as contents:
                    async for content in contents:
                        yield content

    async def apply(
        self, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        """Carry out changes; outcomes come when they are as durable as was asked for."""
        assert self._right is not None, "only an opened target takes changes"
        assert self._folder is not None
        with self._share(self._folder) as folder:
            target = Target(folder, self._names, durability)
            try:
                async with aclosing(self._apply_to(target, items, durability)) as batches:
                    async for outcomes in batches:
                        yield outcomes
            finally:
                target.close()

    def path_on_host(self, path: EntryPath) -> str:
        """No listener was asked."""
        return ""

    def blame(self, reason: str) -> ProtocolViolation:
        """Say what went wrong here, which would be a defect."""
        return ProtocolViolation(host="This machine", reason=reason)

    async def close(self) -> None:
        """Give up the right to write and close the folder."""
        if self._right is not None:
            self._right.release()
            self._right = None
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _keep(self, open_location: Callable[..., Folder | None], *more: Lineage) -> None:
        """Keep a folder as soon as it is open: whoever waits for a thread may be cancelled, and `close` has to find it."""
        self._folder = open_location(self._system, self._location, *more)

    def _share(self, folder: Folder) -> Folder:
        """Give one verb its own descriptors below the common root."""
        return Folder(self._system, folder.root.hold(), modes_kept=self._modes_kept)

    async def _read_patiently(self, reader: Reader, wanted: list[Request]) -> AsyncGenerator[Content]:
        for pause_seconds in (0.0, *CHANGED_RETRY_SECONDS):
            await asyncio.sleep(pause_seconds)
            changed: list[Request] = []
            with closing(reader.read(wanted, changed)) as contents:
                while (content := await self._worker.run(next, contents, None)) is not None:
                    yield content
            if not changed:
                return
            wanted = changed
        for request in wanted:
            yield Content(Unsupplied(request.id, Problem(request.path, ProblemCode.SOURCE_CHANGED)))

    async def _apply_to(
        self, target: Target, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        wait_seconds = 0.0 if durability is Durability.NONE else BATCH_SECONDS_MAX
        async with aclosing(_with_pauses(items, target, wait_seconds)) as timed_items:
            async for item in timed_items:
                if item is None or (_needs_quiet(item) and not target.is_settled):
                    yield await self._settle(target, durability)
                if item is not None:
                    await self._worker.run(_take, target, item)
                    if target.is_full:
                        yield await self._settle(target, durability)
        yield await self._settle(target, durability)

    async def _settle(self, target: Target, durability: Durability) -> list[Outcome]:
        if durability is Durability.NONE:
            return await self._worker.run(target.settle)
        return await self._worker.run_long(target.settle)


_OPENERS = {
    OpenRole.SOURCE: open_source,
    OpenRole.TARGET: open_target,
    OpenRole.INSPECT: open_existing_target,
}


def _next_listings(folder: Folder, listings: Iterator[Listing]) -> list[Listing]:
    """Take the next few folders of a scan; between two steps it keeps no folder of Windows from being renamed."""
    batch: list[Listing] = []
    entries = 0
    for listing in islice(listings, SCAN_FOLDERS_PER_STEP):
        batch.append(listing)
        entries += len(listing.entries)
        if entries >= SCAN_ENTRIES_PER_STEP:
            break
    if folder.is_on_windows:
        folder.let_go()
    return batch


def _needs_quiet(item: ApplyItem | None) -> bool:
    """Whether all that came before must be committed first: a commit changes its folder's time."""
    return isinstance(item, list) and any(isinstance(change, Delete | FinishFolder) for change in item)


def _take(target: Target, item: ApplyItem) -> None:
    if isinstance(item, Content):
        target.receive(item)
        item.release()
    else:
        for change in item:
            target.change(change)


async def _with_pauses(
    items: AsyncIterator[T], target: Target, wait_seconds: float
) -> AsyncGenerator[T | None]:
    """Give the items, and None whenever what is done so far has waited long enough for its end."""
    loop = asyncio.get_running_loop()
    deadline: float | None = None
    upcoming: asyncio.Future[T | _End] = asyncio.ensure_future(anext(items, _End()))
    try:
        while True:
            if deadline is not None and loop.time() >= deadline:
                yield None
                deadline = None
            wait = None if deadline is None else deadline - loop.time()
            await asyncio.wait((upcoming,), timeout=wait)
            if not upcoming.done():
                continue
            item = upcoming.result()
            if isinstance(item, _End):
                return
            yield item
            upcoming = asyncio.ensure_future(anext(items, _End()))
            deadline = _deadline(target, deadline, loop.time() + wait_seconds)
    finally:
        await end_task(upcoming)


class _End:
    """Nothing more comes."""


def _deadline(target: Target, current: float | None, latest: float) -> float | None:
    """When the batch is to be settled: so long after its first change, never while it is empty."""
    if target.is_settled:
        return None
    return latest if current is None else current
