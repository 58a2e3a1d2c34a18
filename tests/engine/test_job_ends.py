"""A run between ends of the test's own making: they fill up, fall silent, or answer what nobody asked."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import cast

import pytest
from msgspec import structs

from psync.core.changes import WriteFile
from psync.core.content import Begin, Content, Outcome, Pack, PackedFile, Piece, Request, Unsupplied
from psync.core.errors import ConnectionLost, Failure, ProtocolViolation
from psync.core.filters import Filters
from psync.core.lineage import UNKNOWN_LINEAGE, Lineage
from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order, Stamp
from psync.core.paths import PathStyle
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.disk.target import ContentUnannounced
from psync.engine.endpoint import ApplyItem, OpenedFolder
from psync.engine.events import Event, ProblemFound
from psync.engine.job import CHANGES_PER_PART, PLAN_PARTS_MAX, Run, RunOptions
from psync.engine.tasks import end_task
from psync.engine.transfer import OPEN_FILES_MAX
from tests.engine.loops import run

FOLDER = Entry(b"", Kind.FOLDER, 0o755)
FULL = ProblemCode.NO_SPACE

# What becomes of a change: an outcome, none, or an error.
Answer = Callable[[int], list[Outcome]]


class End:
    """Lists `entries` in its only folder, supplies a byte for each file, answers changes by `answer`."""

    def __init__(self, name: str, entries: list[Entry], answer: Answer = lambda id: [done(id)]) -> None:
        self._name = name
        self._entries = entries
        self._answer = answer
        self.announced_at_once = 0

    async def open(self, role: OpenRole, source: Lineage = UNKNOWN_LINEAGE) -> OpenedFolder:
        return OpenedFolder(True, PathStyle.POSIX, 1, False, 0)

    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        yield [Listing((), FOLDER, self._entries)]

    async def supply(self, requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        async for wanted in requests:
            yield Content(Pack([PackedFile(request.id, 1, 0, bytes(32)) for request in wanted]), [b"x"])

    async def apply(
        self, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        async for item in items:
            if isinstance(item, Content):
                assert isinstance(item.header, Pack)
                yield [outcome for file in item.header.files for outcome in self._answer(file.id)]
            else:
                self.announced_at_once = max(self.announced_at_once, len(item))
                others = [change.id for change in item if not isinstance(change, WriteFile)]
                yield [outcome for id in others for outcome in self._answer(id)]

    def path_on_host(self, path: EntryPath) -> str:
        return f"{self._name}:{path}"

    def blame(self, reason: str) -> ProtocolViolation:
        return ProtocolViolation(host=self._name, reason=reason)

    async def close(self) -> None:
        pass


def done(id: int) -> Outcome:
    return Outcome(id, Stamp(1, 1, 1, 1))


def full(id: int) -> list[Outcome]:
    return [Outcome(id, problem=Problem((b"%d" % id,), FULL))]


def files(count: int) -> list[Entry]:
    return [Entry(b"%08d" % number, Kind.FILE, 0o644, 1) for number in range(count)]


def carry_out(target: End, count: int = 3) -> tuple[Run, list[Event]]:
    """Bring so many new files to a target."""
    events: list[Event] = []
    job = Run(End("source", files(count)), target, RunOptions(), events.append)
    run(job.run())
    return job, events


def test_a_plan_is_announced_in_parts_however_large_a_folder_is() -> None:
    target = End("target", [])

    job, _ = carry_out(target, 70_000)

    assert job.stats.files_sent == 70_000
    assert target.announced_at_once <= 1024


def test_a_full_target_is_sent_no_more_files_and_the_rest_is_counted_in_one_line() -> None:
    job, events = carry_out(End("target", [], full), 30_000)

    problems = [event.problem for event in events if isinstance(event, ProblemFound)]
    assert job.stats.files_sent == 0
    assert job.stats.failed == 30_001  # with the folder itself
    tried = len(problems) - 1
    assert tried < OPEN_FILES_MAX * 2
    assert problems[-1] == Problem((), FULL, f"{30_001 - tried} files not sent")


class Large(End):
    """Supplies its only file in a thousand pieces; as a target it has no room for one."""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__("large", entries)
        self.received: list[type] = []

    async def supply(self, requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        async for wanted in requests:
            for request in wanted:
                yield Content(Begin(request.id, 1000, False))
                for offset in range(1000):
                    yield Content(Piece(request.id, offset), [b"x"])
                yield Content(Unsupplied(request.id, Problem(request.path, ProblemCode.SOURCE_CHANGED)))

    async def apply(
        self, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        async for item in items:
            if isinstance(item, Content):
                self.received.append(type(item.header))
                if isinstance(item.header, Begin):
                    yield full(item.header.id)
            else:
                yield [done(change.id) for change in item if not isinstance(change, WriteFile)]


def test_no_more_is_sent_of_a_file_that_has_failed_at_the_target_but_its_last_word() -> None:
    target = Large([])
    job = Run(Large(files(1)), target, RunOptions(), lambda event: None)

    run(job.run())

    assert target.received == [Begin, Unsupplied]
    assert (job.stats.failed, job.stats.bytes_literal) == (1, 0)


class Deep(End):
    """Lists its entries in a folder of its root."""

    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        folder = structs.replace(FOLDER, name=b"d")
        yield [Listing((), FOLDER, [folder]), Listing((b"d",), folder, self._entries)]


def without_its_folder(id: int) -> list[Outcome]:
    made_id, root_id = 1, 2
    if id == root_id:
        return [done(id)]
    code = ProblemCode.PERMISSION if id == made_id else ProblemCode.NOT_FOUND
    return [Outcome(id, problem=Problem((b"%d" % id,), code))]


def test_what_lies_below_a_folder_that_cannot_be_made_is_not_sent_and_counted_in_one_line() -> None:
    events: list[Event] = []
    job = Run(
        Deep("source", files(30_000)), End("target", [], without_its_folder), RunOptions(), events.append
    )

    run(job.run())

    problems = [event.problem for event in events if isinstance(event, ProblemFound)]
    tried = len(problems) - 2
    assert problems[0] == Problem((b"1",), ProblemCode.PERMISSION)
    assert tried < OPEN_FILES_MAX * 2
    assert problems[-1] == Problem(
        (b"d",), ProblemCode.PERMISSION, f"entries below it not sent: {30_000 - tried}"
    )
    assert (job.stats.files_sent, job.stats.failed) == (0, 30_001)


def too_large(id: int) -> list[Outcome]:
    return [Outcome(id, problem=Problem((b"%d" % id,), ProblemCode.FILE_TOO_LARGE))]


def test_a_file_that_is_too_large_keeps_no_other_from_being_sent() -> None:
    large_id = 1  # in the first part of the plan

    job, events = carry_out(
        End("target", [], lambda id: too_large(id) if id == large_id else [done(id)]), 30_000
    )

    problems = [event.problem for event in events if isinstance(event, ProblemFound)]
    assert problems == [Problem((b"1",), ProblemCode.FILE_TOO_LARGE)]
    assert (job.stats.files_sent, job.stats.failed) == (29_999, 1)


class Locked(End):
    """Cannot read its first file."""

    async def supply(self, requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        async for wanted in requests:
            first, *others = wanted
            yield Content(Unsupplied(first.id, Problem(first.path, ProblemCode.LOCKED)))
            yield Content(Pack([PackedFile(request.id, 1, 0, bytes(32)) for request in others]), [b"x"])


class Answering(End):
    """Answers an announced file that is not supplied, too, as a target does."""

    async def apply(
        self, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        async for item in items:
            if isinstance(item, Content) and isinstance(item.header, Unsupplied):
                yield [Outcome(item.header.id, problem=item.header.problem)]
            elif isinstance(item, Content):
                yield [Outcome(file.id, problem=LOCKED) for file in cast("Pack", item.header).files]
            else:
                yield [done(change.id) for change in item if not isinstance(change, WriteFile)]


LOCKED = Problem((b"open",), ProblemCode.LOCKED)


def test_only_what_is_wrong_at_the_target_has_a_path_at_its_listener() -> None:
    events: list[Event] = []

    run(Run(Locked("source", files(2)), Answering("target", []), RunOptions(), events.append).run())

    assert [event for event in events if isinstance(event, ProblemFound)] == [
        ProblemFound(Problem((b"00000000",), ProblemCode.LOCKED)),
        ProblemFound(LOCKED, "target:(b'open',)"),
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda id: [], "it ended before all changes were answered"),
        (lambda id: [done(id), done(id)], "an answer to change 1, which is not open"),
        (lambda id: [done(id + 1000)], "an answer to change 1001, which is not open"),
    ],
    ids=["no answer", "two answers", "another answer"],
)
def test_a_target_that_answers_otherwise_than_once_is_blamed(answer: Answer, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=f"^target broke the protocol: {reason}"):
        carry_out(End("target", [], answer))


def raising(error: Exception) -> Answer:
    def answer(id: int) -> list[Outcome]:
        raise error

    return answer


def test_content_that_a_local_target_cannot_place_is_blamed_on_the_source() -> None:
    with pytest.raises(ProtocolViolation, match="source broke the protocol: a piece of file 7"):
        carry_out(End("target", [], raising(ContentUnannounced("a piece of file 7"))))


@pytest.mark.parametrize("count", [1, 70_000])
def test_a_target_that_breaks_ends_the_run(count: int) -> None:
    with pytest.raises(ConnectionLost):
        carry_out(End("target", [], raising(ConnectionLost(host="target", reason="test"))), count)


class BrokenScan(End):
    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        raise ConnectionLost(host=self._name, reason="test")
        yield []


class SilentScan(End):
    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        await asyncio.Event().wait()
        yield []


@pytest.mark.parametrize(("broken", "other"), [("source", End), ("target", End), ("source", SilentScan)])
def test_a_scan_that_breaks_ends_the_run(broken: str, other: type[End]) -> None:
    ends = {name: (BrokenScan if name == broken else other)(name, []) for name in ("source", "target")}
    job = Run(ends["source"], ends["target"], RunOptions(), lambda event: None)

    with pytest.raises(Failure, match=f"The connection to {broken} was lost"):
        run(job.run())


class EndlessScan(End):
    """One folder after another, each with many files."""

    scanned = 0

    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        while True:
            self.scanned += 1
            yield [Listing((b"%08d" % self.scanned,), FOLDER, files(CHANGES_PER_PART))]
            await asyncio.sleep(0)


class StuckTarget(End):
    async def apply(
        self, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        await anext(items)
        await asyncio.Event().wait()
        yield []


def test_a_plan_runs_ahead_of_a_target_that_is_stuck_by_so_many_parts_and_no_more() -> None:
    async def main() -> int:
        source = EndlessScan("source", [])
        job = Run(source, StuckTarget("target", []), RunOptions(), lambda event: None)
        running = asyncio.create_task(job.run())
        for _ in range(20 * PLAN_PARTS_MAX):
            await asyncio.sleep(0)
        await end_task(running)
        return source.scanned

    assert PLAN_PARTS_MAX <= run(main()) <= PLAN_PARTS_MAX + 4
