"""Joining a plan and contents: order, bounds, and a source that does not keep to what was asked."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import pytest

from psync.core.changes import Delete, MakeFolder, WriteFile
from psync.core.content import Begin, Content, End, Pack, PackedFile, Piece, Request, Unsupplied
from psync.core.errors import ConnectionLost, ProtocolViolation
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.engine.endpoint import ApplyItem
from psync.engine.transfer import OPEN_FILES_MAX, PlannedChanges, Transfer
from tests.engine.loops import run

STAMP = Stamp(1, 1, 1, 1)
DIGEST = bytes(32)
Supplier = Callable[[AsyncIterator[list[Request]]], AsyncGenerator[Content]]


def write(id: int) -> WriteFile:
    return WriteFile(id, (b"%d" % id,), 0o644, 1)


def pack(*ids: int) -> Content:
    return Content(Pack([PackedFile(id, 1, 0, DIGEST) for id in ids]), [b"x" * len(ids)])


class Source:
    """An end that only supplies, in a way of the test's own."""

    def __init__(self, supplier: Supplier) -> None:
        self.supply = supplier

    def blame(self, reason: str) -> ProtocolViolation:
        return ProtocolViolation(host="source", reason=reason)


async def one_by_one(requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
    """Answer each request with a pack of its own."""
    async for wanted in requests:
        for request in wanted:
            await asyncio.sleep(0)
            yield pack(request.id)


def always(*contents: Content) -> Supplier:
    """Answer the first requests with these contents, whatever was asked for, and end."""

    async def supply(requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        await anext(requests)
        for content in contents:
            yield content

    return supply


async def plan_of(*parts: PlannedChanges) -> AsyncGenerator[PlannedChanges]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


async def flow(supplier: Supplier, *parts: PlannedChanges) -> list[ApplyItem]:
    """Run a transfer to its end."""
    plan, transfer = plan_of(*parts), Transfer(Source(supplier))  # type: ignore[arg-type]  # an endpoint with one verb
    return [item async for item in transfer.items(plan)]


def shown(items: list[ApplyItem]) -> list[str]:
    """Changes as `+ids`, contents as `ids`."""
    lines = []
    for item in items:
        if isinstance(item, Content):
            header = item.header
            ids = [file.id for file in header.files] if isinstance(header, Pack) else [header.id]
            lines.append(" ".join(map(str, ids)))
        else:
            lines.append("+" + " ".join(str(change.id) for change in item))
    return lines


def test_each_content_comes_after_its_announcement_and_changes_without_content_ask_for_none() -> None:
    parts = PlannedChanges([MakeFolder(1, (b"a",)), write(2)]), PlannedChanges([write(3)])

    assert shown(run(flow(one_by_one, *parts))) == ["+1 2", "+3", "2", "3"]


def test_deletes_wait_until_all_contents_before_them_have_arrived() -> None:
    delete = PlannedChanges([Delete(3, (b"gone",), Kind.FILE, STAMP)], after_contents=True)
    late = PlannedChanges([write(4)], after_contents=True)
    finish = PlannedChanges([MakeFolder(5, (b"stands for a finish",))], after_contents=True)

    items = run(flow(one_by_one, PlannedChanges([write(1), write(2)]), delete, late, finish))

    assert shown(items) == ["+1 2", "1", "2", "+3", "+4", "4", "+5"]


def test_a_large_file_arrives_when_it_ends_and_an_unsupplied_one_has_arrived_too() -> None:
    problem = Problem((b"2",), ProblemCode.PERMISSION)
    contents = (
        Content(Begin(1, 9, False)),
        Content(Piece(1, 0), [b"x"]),
        Content(End(1, 9, 0, DIGEST)),
        Content(Unsupplied(2, problem)),
    )
    delete = PlannedChanges([Delete(3, (b"gone",), Kind.FILE, STAMP)], after_contents=True)

    items = run(flow(always(*contents), PlannedChanges([write(1), write(2)]), delete))

    assert shown(items) == ["+1 2", "1", "1", "1", "2", "+3"]


def test_a_run_without_files_asks_for_nothing() -> None:
    async def nothing(requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        raise AssertionError("asked")
        yield

    assert shown(run(flow(nothing, PlannedChanges([MakeFolder(1, (b"a",))])))) == ["+1"]


async def is_over_within(seconds: float, awaitable: Awaitable[object]) -> bool:
    """Whether something ends in time; it is cancelled if not."""
    waiting = asyncio.ensure_future(awaitable)
    await asyncio.wait([waiting], timeout=seconds)
    is_over = waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])
    return is_over


def test_the_plan_waits_when_too_many_files_have_no_content_yet() -> None:
    asked: list[int] = []

    async def never(requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        async for wanted in requests:
            asked.extend(request.id for request in wanted)
        yield pack()

    async def main() -> int:
        parts = (PlannedChanges([write(100 * a + b) for b in range(100)]) for a in range(200))
        endless = plan_of(*parts)
        items = Transfer(Source(never)).items(endless)  # type: ignore[arg-type]  # an endpoint with one verb
        async with aclosing(endless), aclosing(items):
            announced = 0
            while announced < OPEN_FILES_MAX:
                announced += len(await anext(items))  # type: ignore[arg-type]  # only changes come
            assert not await is_over_within(0.05, anext(items))
            return announced

    assert run(main()) == len(asked)


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ([pack(2)], "content of files that nobody asked for"),
        ([pack(1, 2)], "content of files that nobody asked for"),
        ([pack(1, 1)], "content of files that nobody asked for"),
        ([Content(Unsupplied(2, Problem((), ProblemCode.IO_ERROR)))], "files that nobody asked for"),
        ([Content(End(2, 0, 0, DIGEST))], "content of files that nobody asked for"),
        ([Content(Begin(2, 0, False))], "content of file 2, which nobody asked for"),
        ([Content(Piece(2, 0))], "content of file 2, which nobody asked for"),
        ([], "it ended before all contents were sent"),
    ],
    ids=["another file", "one too many", "one twice", "none", "an end", "a begin", "a piece", "too early"],
)
def test_a_source_that_does_not_keep_to_what_was_asked_is_blamed(
    contents: list[Content], reason: str
) -> None:
    with pytest.raises(ProtocolViolation, match=f"^source broke the protocol: .*{reason}"):
        run(flow(always(*contents), PlannedChanges([write(1)])))


def test_what_breaks_the_source_breaks_the_flow() -> None:
    async def broken(requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        await anext(requests)
        raise ConnectionLost(host="source", reason="test")
        yield

    with pytest.raises(ConnectionLost):
        run(flow(broken, PlannedChanges([write(1)])))


def test_what_breaks_the_plan_breaks_the_flow_though_content_is_awaited() -> None:
    async def plan() -> AsyncGenerator[PlannedChanges]:
        yield PlannedChanges([write(1)])
        raise ConnectionLost(host="target", reason="test")

    async def silent(requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        await asyncio.Event().wait()
        yield pack()

    async def main() -> None:
        items = Transfer(Source(silent)).items(plan())  # type: ignore[arg-type]  # an endpoint with one verb
        assert shown([await anext(items)]) == ["+1"]
        with pytest.raises(ConnectionLost):
            await anext(items)

    run(main())


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_flow_that_nobody_wants_any_more_leaves_nothing(taken: int) -> None:
    async def main() -> None:
        plan = plan_of(PlannedChanges([write(1), write(2), write(3)]), PlannedChanges([write(4)]))
        items = Transfer(Source(one_by_one)).items(plan)  # type: ignore[arg-type]  # an endpoint with one verb
        for _ in range(taken):
            await anext(items)
        await items.aclose()
        await plan.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())
