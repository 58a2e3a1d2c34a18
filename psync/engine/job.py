"""One run of a job: open both ends, scan both at once, merge, move, delete, report.

A method a phase. The run knows two endpoints and not which one is remote.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing

from msgspec import Struct

from psync.core.changes import Change
from psync.core.content import Content, Outcome, Pack, Piece, Unsupplied
from psync.core.filters import Filters
from psync.core.manifest import Listing, Order
from psync.core.plan import Planner, PlanOptions, Step
from psync.core.problems import Problem
from psync.core.settings import Durability, OpenRole
from psync.core.stats import RunStats
from psync.disk.target import ContentUnannounced
from psync.engine.endpoint import ApplyItem, Endpoint, OpenedFolder
from psync.engine.events import ChangeDone, ChangePlanned, ContentMoved, ProblemFound, Report
from psync.engine.tasks import end_task
from psync.engine.transfer import PlannedChanges, Transfer
from psync.engine.unsent import Unsent

# How far the plan may run ahead of the transfer.
PLAN_PARTS_MAX = 16
CHANGES_PER_PART = 512


class RunOptions(Struct, frozen=True):
    """What a run does, beside its two ends."""

    delete: bool = False
    filters: Filters = Filters()
    durability: Durability = Durability.BATCH
    dry_run: bool = False


class Run:
    """Brings the contents of `source` into `target`. Raises the `Failure` of a broken end."""

    def __init__(self, source: Endpoint, target: Endpoint, options: RunOptions, report: Report) -> None:
        self._source = source
        self._target = target
        self._options = options
        self._report = report
        self._transfer = Transfer(source)
        self._planner = Planner(PlanOptions())
        self._announced: dict[int, Change] = {}
        self._unsent = Unsent()
        self._unsupplied: set[int] = set()  # whose trouble is the source's, though the target answers it
        self.stats = RunStats()

    @property
    def files_unchanged(self) -> int:
        """How many files were found equal at both ends so far."""
        return self._planner.files_unchanged

    async def run(self) -> None:
        """Carry out the whole run; problems with entries are reported and counted."""
        self._planner = Planner(await self._open())
        if self._options.dry_run:
            await self._show_plan()
        else:
            await self._carry_out()
        self._report_not_sent()

    # Open

    async def _open(self) -> PlanOptions:
        """Open the source first: a missing one must not leave a new, empty target."""
        source = await self._source.open(OpenRole.SOURCE)
        role = OpenRole.INSPECT if self._options.dry_run else OpenRole.TARGET
        return self._compare_with(source, await self._target.open(role, source.lineage))

    def _compare_with(self, source: OpenedFolder, target: OpenedFolder) -> PlanOptions:
        return PlanOptions(
            delete=self._options.delete,
            granularity_ns=max(source.time_granularity_ns, target.time_granularity_ns),
            order=Order(folded=source.names_folded or target.names_folded),
            modes_kept=source.modes_kept and target.modes_kept,
        )

    # Plan

    async def _steps(self) -> AsyncGenerator[Step]:
        """Compare both trees folder by folder, in the order of both scans."""
        planner = self._planner
        filters, order = self._options.filters, planner.options.order
        async with (
            aclosing(_Folders(self._source.scan(order, filters))) as source,
            aclosing(_Folders(self._target.scan(order, filters))) as target,
        ):
            new, old = await _both(source, target)
            while new is not None or old is not None:
                pair = planner.match(new, old)
                yield planner.pair(*pair)
                if pair[0] is not None:
                    new = await source.next()
                if pair[1] is not None:
                    old = await target.next()

    async def _plan(self) -> AsyncGenerator[PlannedChanges]:
        """Give the whole plan in its order: changes, deletes, what replaces folders, folder times."""
        changes: list[Change] = []
        async with aclosing(self._steps()) as steps:
            async for step in steps:
                self._note_problems(step.problems)
                changes += step.changes
                if len(changes) >= CHANGES_PER_PART:
                    for part in _parts(changes):
                        yield PlannedChanges(part)
                    changes = []
        if changes:
            yield PlannedChanges(changes)
        planner = self._planner
        for phase in (planner.deletes(), planner.late_changes(), planner.finish()):
            for part in _parts(phase):
                yield PlannedChanges(part, after_contents=True)

    async def _show_plan(self) -> None:
        async with aclosing(self._plan()) as parts:
            async for part in parts:
                for change in part.changes:
                    self._report(ChangePlanned(change))
                    self.stats.add_done(change)

    # Carry out

    async def _carry_out(self) -> None:
        try:
            async with aclosing(self._outcomes()) as settled:
                async for outcomes in settled:
                    for outcome in outcomes:
                        self._note_outcome(outcome)
        except ContentUnannounced as error:
            raise self._source.blame(str(error)) from error
        if self._announced:
            raise self._target.blame("it ended before all changes were answered")

    async def _outcomes(self) -> AsyncGenerator[list[Outcome]]:
        async with (
            aclosing(_ahead(self._plan())) as plan,
            aclosing(self._remember(plan)) as announced,
            aclosing(self._transfer.items(announced)) as flow,
            aclosing(self._items(flow)) as items,
            aclosing(self._target.apply(items, self._options.durability)) as settled,
        ):
            async for outcomes in settled:
                yield outcomes

    async def _remember(self, plan: AsyncIterator[PlannedChanges]) -> AsyncGenerator[PlannedChanges]:
        """Note what is announced, until its outcome."""
        async for part in plan:
            changes = self._unsent.sift(part.changes)
            self._announced.update((change.id, change) for change in changes)
            yield PlannedChanges(changes, part.after_contents)

    async def _items(self, items: AsyncIterator[ApplyItem]) -> AsyncGenerator[ApplyItem]:
        """Count contents on their way; of a file that has failed at the target, only its last word goes there."""
        async for item in items:
            if isinstance(item, Content):
                if isinstance(item.header, Piece) and item.header.id not in self._announced:
                    item.release()
                    continue
                self.stats.add_content(item)
                self._note_content(item)
            yield item

    # Report

    def _note_content(self, content: Content) -> None:
        """Tell of content while it is under way: a large file may take long until its outcome."""
        header = content.header
        if isinstance(header, Unsupplied):
            self._unsupplied.add(header.id)
        files = header.files if isinstance(header, Pack) else [header] if isinstance(header, Piece) else []
        change = self._announced.get(files[-1].id) if files else None
        if change is not None:
            self._report(ContentMoved(change.path, sum(map(len, content.buffers))))

    def _note_outcome(self, outcome: Outcome) -> None:
        change = self._announced.pop(outcome.id, None)
        if change is None:
            raise self._target.blame(f"an answer to change {outcome.id}, which is not open")
        if outcome.problem is not None:
            self._unsent.note(change, outcome.problem)
            self._note_refusal(outcome.id, outcome.problem)
            return
        self.stats.add_done(change)
        self._report(ChangeDone(change, outcome.stamp.size if outcome.stamp else 0))

    def _note_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.stats.add_problem(problem)
            self._report(ProblemFound(problem))

    def _note_refusal(self, id: int, problem: Problem) -> None:
        is_at_target = id not in self._unsupplied
        self._unsupplied.discard(id)
        self.stats.add_problem(problem)
        self._report(ProblemFound(problem, self._target.path_on_host(problem.path) if is_at_target else ""))

    def _report_not_sent(self) -> None:
        self.stats.failed += self._unsent.count
        for problem in self._unsent.problems():
            self._report(ProblemFound(problem))


class _Folders:
    """The folders of a scan, one by one."""

    def __init__(self, batches: AsyncGenerator[list[Listing]]) -> None:
        self._batches = batches
        self._folders: list[Listing] = []

    async def next(self) -> Listing | None:
        """Give the next folder, None at the end."""
        while not self._folders:
            batch = await anext(self._batches, None)
            if batch is None:
                return None
            self._folders = batch[::-1]
        return self._folders.pop()

    async def aclose(self) -> None:
        """End the scan."""
        await self._batches.aclose()


async def _both(source: _Folders, target: _Folders) -> tuple[Listing | None, Listing | None]:
    """Take the first folder of both scans, which thereby start at once."""
    awaited = asyncio.create_task(target.next())
    try:
        return await source.next(), await awaited
    finally:
        await end_task(awaited)


def _parts(changes: Iterable[Change]) -> Iterable[list[Change]]:
    part: list[Change] = []
    for change in changes:
        part.append(change)
        if len(part) >= CHANGES_PER_PART:
            yield part
            part = []
    if part:
        yield part


async def _ahead(plan: AsyncGenerator[PlannedChanges]) -> AsyncGenerator[PlannedChanges]:
    """Let the plan run ahead of the transfer by a bounded number of parts."""
    parts: asyncio.Queue[PlannedChanges | None] = asyncio.Queue()
    room = asyncio.Semaphore(PLAN_PARTS_MAX)

    async def fill() -> None:
        async with aclosing(plan):
            async for part in plan:
                await room.acquire()
                parts.put_nowait(part)

    filler = asyncio.create_task(fill())
    filler.add_done_callback(lambda _: parts.put_nowait(None))
    try:
        while (part := await parts.get()) is not None:
            room.release()
            yield part
        filler.result()
    finally:
        await end_task(filler)
