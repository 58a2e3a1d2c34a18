"""Moving contents from a source to a target in the order of a plan.

`Transfer.items` is what flows into the target's `apply`: changes as the plan
gives them, and the contents that the source supplies for announced files. Files
are asked for as they are announced and far ahead of their arrival, so that a
round trip costs once and not for each file.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from msgspec import Struct

from psync.core.changes import Change, WriteFile
from psync.core.content import Begin, Content, Pack, Piece, Request
from psync.engine.endpoint import ApplyItem, Endpoint
from psync.engine.tasks import end_task

# Announced files without content: the plan waits beyond it. More would only hold memory on three machines.
OPEN_FILES_MAX = 8192


class PlannedChanges(Struct):
    """A part of the plan; with `after_contents` it waits until all files before it have arrived."""

    changes: list[Change]
    after_contents: bool = False


class Transfer:
    """Joins a plan and the contents that its files need into one flow."""

    def __init__(self, source: Endpoint) -> None:
        self._source = source
        self._requests: asyncio.Queue[list[Request] | None] = asyncio.Queue()
        self._open_ids: set[int] = set()

    async def items(self, plan: AsyncIterator[PlannedChanges]) -> AsyncGenerator[ApplyItem]:
        """Give announcements and contents, each content after its announcement.

        Raises `ProtocolViolation` if the source sends what it was not asked for, or ends too early.
        """
        async with (
            aclosing(self._asked()) as asked,
            aclosing(self._source.supply(asked)) as contents,
        ):
            flow = _Flow(plan, contents)
            try:
                async with aclosing(self._join(flow)) as items:
                    async for item in items:
                        yield item
            finally:
                await flow.cancel()

    async def _join(self, flow: "_Flow") -> AsyncGenerator[ApplyItem]:
        held: PlannedChanges | None = None
        while True:
            if held is not None and not (held.after_contents and self._open_ids):
                self._ask(held)
                yield held.changes
                held = None
            if held is None and len(self._open_ids) < OPEN_FILES_MAX:
                flow.want_plan()
            if self._open_ids:
                flow.want_content()
            elif flow.is_plan_over and held is None:
                self._requests.put_nowait(None)
                return
            arrived = await flow.next()
            if isinstance(arrived, PlannedChanges):
                held = arrived
            elif arrived is not None:
                self._check(arrived)
                yield arrived
            elif flow.are_contents_over:
                raise self._source.blame("it ended before all contents were sent")

    def _ask(self, planned: PlannedChanges) -> None:
        requests = [
            Request(change.id, change.path) for change in planned.changes if isinstance(change, WriteFile)
        ]
        if requests:
            self._open_ids.update(request.id for request in requests)
            self._requests.put_nowait(requests)

    def _check(self, content: Content) -> None:
        """Note which files have arrived; refuse those that were not asked for."""
        header = content.header
        if isinstance(header, Begin | Piece):
            if header.id not in self._open_ids:
                raise self._source.blame(f"content of file {header.id}, which nobody asked for")
            return
        ids = [file.id for file in header.files] if isinstance(header, Pack) else [header.id]
        before = len(self._open_ids)
        self._open_ids.difference_update(ids)
        if before - len(self._open_ids) != len(ids):
            raise self._source.blame("content of files that nobody asked for")

    async def _asked(self) -> AsyncGenerator[list[Request]]:
        while (requests := await self._requests.get()) is not None:
            yield requests


class _Flow:
    """Waits for whichever comes first: the next part of the plan or the next content.

    A content is asked for only after the one before was used, because its buffer
    is reused.
    """

    def __init__(self, plan: AsyncIterator[PlannedChanges], contents: AsyncIterator[Content]) -> None:
        self.is_plan_over = False
        self.are_contents_over = False
        self._plan = plan
        self._contents = contents
        self._next_plan: asyncio.Future[PlannedChanges | None] | None = None
        self._next_content: asyncio.Future[Content | None] | None = None

    def want_plan(self) -> None:
        """Ask for the next part of the plan, unless it is asked for or over."""
        if self._next_plan is None and not self.is_plan_over:
            self._next_plan = asyncio.ensure_future(anext(self._plan, None))

    def want_content(self) -> None:
        """Ask for the next content while a part of the plan may come first, unless it is asked for."""
        if self._next_content is None and self._next_plan is not None:
            self._next_content = asyncio.ensure_future(anext(self._contents, None))

    async def next(self) -> PlannedChanges | Content | None:
        """Give what comes first; the plan before contents, None at the end of either."""
        if self._next_plan is None and self._next_content is None:
            # Only contents are wanted. A task for each would cost a large file a tenth of its time.
            content = await anext(self._contents, None)
            self.are_contents_over = content is None
            return content
        waiting = [future for future in (self._next_plan, self._next_content) if future is not None]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._next_plan is not None and self._next_plan.done():
            planned = self._next_plan.result()
            self._next_plan = None
            self.is_plan_over = planned is None
            return planned
        assert self._next_content is not None
        content = self._next_content.result()
        self._next_content = None
        self.are_contents_over = content is None
        return content

    async def cancel(self) -> None:
        """Stop waiting."""
        for future in (self._next_plan, self._next_content):
            if future is not None:
                await end_task(future)
