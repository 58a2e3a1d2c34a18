"""The end behind a connection, facing a peer that may say anything, or nothing any more."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

import pytest

from psync.core.changes import Delete, WriteFile
from psync.core.content import SMALL_BYTES_MAX, Content, Outcome, Piece, Request, Unsupplied
from psync.core.errors import ConnectionLost, Failure, ProtocolViolation, SourceMissing
from psync.core.manifest import Entry, Kind, Listing, Stamp
from psync.core.paths import PathStyle, parse_host_path
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.engine.channel import Channel
from psync.engine.endpoint import ApplyItem, OpenedFolder
from psync.engine.remote import JobLabel, RemoteEndpoint
from psync.engine.stream import CREDIT_BYTES
from psync.wire.messages import (
    Apply,
    Changes,
    Contents,
    Fail,
    Finish,
    Hello,
    Listings,
    Message,
    Open,
    Opened,
    Outcomes,
    Requests,
    Scan,
    Supply,
)
from tests.disk.contents import pack
from tests.engine.ends import applied, flow, scanned
from tests.engine.loops import run
from tests.engine.pair import facing_a_listener
from tests.engine.peer import Peer

T = TypeVar("T")

OPENED = Opened(True, PathStyle.POSIX, 100, True, 7, modes_kept=False)


@dataclass
class Facing:
    """An endpoint, its connection, and the listener in the hands of the test."""

    endpoint: RemoteEndpoint
    channel: Channel
    peer: Peer

    async def expect(self, *kinds: type[Message]) -> list[Message]:
        """Read messages of these kinds on the verb's stream."""
        heard = [await self.peer.expect() for _ in kinds]
        messages = [received.message for received in heard]
        assert [type(message) for message in messages] == list(kinds)
        return messages

    def answer(self, message: Message, bulk: bytes = b"", stream: int = 1) -> None:
        self.peer.say(stream, message, bulk)


def play(test: Callable[[Facing], Awaitable[None]], path: str = "/data") -> None:
    async def main() -> None:
        async with facing_a_listener() as (channel, peer):
            location = parse_host_path(path, PathStyle.WINDOWS if path[1] == ":" else PathStyle.POSIX)
            greeting = await peer.expect()
            assert isinstance(greeting.message, Hello)
            await test(Facing(RemoteEndpoint(channel, location, JobLabel("job", "id")), channel, peer))

    run(main())


# What is said and heard


@pytest.mark.parametrize(
    ("path", "style", "sent"),
    [("/srv/\udcff", PathStyle.POSIX, b"/srv/\xff"), ("C:\\Data", PathStyle.WINDOWS, b"C:\\Data")],
    ids=["not Unicode", "Windows"],
)
def test_a_folder_is_asked_for_by_its_path_on_host(path: str, style: PathStyle, sent: bytes) -> None:
    async def test(facing: Facing) -> None:
        opening = asyncio.create_task(facing.endpoint.open(OpenRole.INSPECT))
        assert await facing.expect(Open, Finish) == [
            Open(style, sent, OpenRole.INSPECT, "job", "id"),
            Finish(),
        ]
        facing.answer(OPENED)
        assert await opening == OpenedFolder(True, PathStyle.POSIX, 100, True, 7, modes_kept=False)

    play(test, path)


def test_patterns_and_order_are_sent_and_folders_come_back() -> None:
    listing = Listing((), Entry(b"", Kind.FOLDER), [Entry(b"file", Kind.FILE)])

    async def test(facing: Facing) -> None:
        scanning = asyncio.create_task(scanned(facing.endpoint, "*.tmp", "\udcff", folded=True))
        assert await facing.expect(Scan, Finish) == [Scan(True, (b"*.tmp", b"\xff")), Finish()]
        facing.answer(Listings([listing]))
        facing.answer(Finish())
        assert await scanning == [listing]

    play(test)


def test_a_folder_that_does_not_exist_is_empty_without_a_word() -> None:
    async def test(facing: Facing) -> None:
        opening = asyncio.create_task(facing.endpoint.open(OpenRole.INSPECT))
        await facing.expect(Open, Finish)
        facing.answer(Opened(False, PathStyle.POSIX, 1, False, 0))
        await opening
        assert await scanned(facing.endpoint) == []
        closing = asyncio.create_task(facing.endpoint.close())
        assert await facing.peer.hear_goodbye() is not None
        facing.peer.hang_up()
        await closing

    play(test)


def test_long_requests_are_cut_so_that_each_part_fits_into_a_record() -> None:
    wanted = [Request(id, (b"n" * 200,)) for id in range(1, 2001)]

    async def test(facing: Facing) -> None:
        async with aclosing(facing.endpoint.supply(flow([wanted]))) as contents:
            supplying = asyncio.ensure_future(anext(contents, None))
            _, *requests = await facing.expect(Supply, *[Requests] * 4)
            assert [request for message in requests for request in _requests(message)] == wanted
            await end(facing, supplying)

    play(test)


def test_long_announcements_are_cut_so_that_each_part_fits_into_a_record() -> None:
    announced = [WriteFile(id, (b"n" * 200,), 0o644, 1) for id in range(1, 2001)]

    async def test(facing: Facing) -> None:
        items: list[ApplyItem] = [[*announced]]
        async with aclosing(facing.endpoint.apply(flow(items), Durability.FILE)) as outcomes:
            applying = asyncio.ensure_future(anext(outcomes, None))
            verb, *changes = await facing.expect(Apply, *[Changes] * 4)
            assert verb == Apply(Durability.FILE)
            assert [change for message in changes for change in _changes(message)] == announced
            await end(facing, applying)

    play(test)


def _requests(message: Message) -> list[Request]:
    assert isinstance(message, Requests)
    return message.requests


def _changes(message: Message) -> list[object]:
    assert isinstance(message, Changes)
    return [*message.changes]


async def end(facing: Facing, verb: Awaitable[object]) -> None:
    """Hear that the verb has nothing more to say, and have nothing to say either."""
    await facing.expect(Finish)
    facing.answer(Finish())
    assert await verb is None


async def two_requests(is_first_served: asyncio.Event) -> AsyncIterator[list[Request]]:
    yield [Request(1, (b"one",))]
    await is_first_served.wait()
    yield [Request(2, (b"two",))]


def test_contents_pass_on_as_they_come_while_requests_are_still_sent() -> None:
    gone = Unsupplied(2, Problem((b"two",), ProblemCode.NOT_FOUND))

    async def test(facing: Facing) -> None:
        is_first_served = asyncio.Event()
        async with aclosing(facing.endpoint.supply(two_requests(is_first_served))) as contents:
            first = asyncio.ensure_future(anext(contents))
            await facing.expect(Supply, Requests)
            facing.answer(Contents(Piece(1, 5)), b"data")
            content = await first
            assert (content.header, bytes(content.buffers[0])) == (Piece(1, 5), b"data")
            is_first_served.set()
            second = asyncio.ensure_future(anext(contents))
            await facing.expect(Requests)
            facing.answer(Contents(gone))
            assert await second == Content(gone)

    play(test)


def test_buffers_are_given_back_once_they_are_sent() -> None:
    released: list[int] = []

    async def test(facing: Facing) -> None:
        made = pack((1, b"new"))
        content = Content(made.header, made.buffers, lambda: released.append(1))
        steps = (WriteFile(1, (b"new",), 0o644, 3), content)
        applying = asyncio.create_task(applied(facing.endpoint, *steps))
        await facing.expect(Apply, Changes, Contents, Finish)
        assert released == [1]
        facing.answer(Outcomes([Outcome(1)]))
        facing.answer(Finish())
        assert await applying == {1: Outcome(1)}

    play(test)


# What the listener refuses or breaks

DELETE = Delete(1, (b"file",), Kind.FILE, Stamp(1, 1, 1, 1))


async def supply(endpoint: RemoteEndpoint) -> None:
    async for _ in endpoint.supply(endless([Request(1, (b"file",))])):
        pass


async def apply(endpoint: RemoteEndpoint) -> None:
    async for _ in endpoint.apply(endless([DELETE]), Durability.NONE):
        pass


async def endless(item: T) -> AsyncIterator[T]:
    """Give one item, and never an end."""
    yield item
    await asyncio.Event().wait()


Verb = tuple[Callable[[RemoteEndpoint], Awaitable[object]], list[type]]

VERBS: dict[str, Verb] = {
    "open": (lambda endpoint: endpoint.open(OpenRole.SOURCE), [Open, Finish]),
    "scan": (scanned, [Scan, Finish]),
    "supply": (supply, [Supply, Requests]),
    "apply": (apply, [Apply, Changes]),
}


async def failure_of(verb: Awaitable[object]) -> Failure:
    with pytest.raises(Failure) as raised:
        await verb
    return raised.value


@pytest.mark.parametrize(("verb", "said"), VERBS.values(), ids=VERBS.keys())
def test_a_connection_that_is_lost_ends_the_verb(
    verb: Callable[..., Awaitable[object]], said: list[type]
) -> None:
    async def test(facing: Facing) -> None:
        doing = asyncio.ensure_future(verb(facing.endpoint))
        await facing.expect(*said)
        facing.peer.hang_up()
        failure = await failure_of(doing)
        assert isinstance(failure, ConnectionLost)
        assert facing.channel.is_origin_of(failure)

    play(test)


@pytest.mark.parametrize(("verb", "said"), VERBS.values(), ids=VERBS.keys())
def test_a_verb_on_a_lost_connection_fails_at_once(
    verb: Callable[..., Awaitable[object]], said: list[type]
) -> None:
    async def test(facing: Facing) -> None:
        facing.peer.hang_up()
        await facing.channel.ended
        assert await failure_of(asyncio.ensure_future(verb(facing.endpoint))) is facing.channel.failure

    play(test)


@pytest.mark.parametrize(("verb", "said"), VERBS.values(), ids=VERBS.keys())
def test_what_the_listener_refuses_is_told_in_our_words(
    verb: Callable[..., Awaitable[object]], said: list[type]
) -> None:
    async def test(facing: Facing) -> None:
        doing = asyncio.ensure_future(verb(facing.endpoint))
        await facing.expect(*said)
        facing.answer(Fail("SOURCE_MISSING", {"path": "/data"}))
        failure = await failure_of(doing)
        assert (type(failure), failure.fields) == (SourceMissing, {"path": "/data"})
        assert facing.channel.is_origin_of(failure)

    play(test)


@pytest.mark.parametrize("name", ["open", "supply", "apply"])
def test_a_stream_that_ends_before_its_time_is_a_violation(name: str) -> None:
    verb, said = VERBS[name]

    async def test(facing: Facing) -> None:
        doing = asyncio.ensure_future(verb(facing.endpoint))
        await facing.expect(*said)
        facing.answer(Finish())
        failure = await failure_of(doing)
        assert isinstance(failure, ProtocolViolation)
        assert facing.channel.is_origin_of(failure)

    play(test)


def listing(*path: bytes, entries: tuple[bytes, ...] = ()) -> Listing:
    return Listing(path, Entry(b"", Kind.FOLDER), [Entry(name, Kind.FOLDER) for name in entries])


BROKEN_SCANS: dict[str, list[Listings]] = {
    "nothing at all": [],
    "a folder below first": [Listings([listing(b"a")])],
    "names out of order": [Listings([listing(entries=(b"b", b"a"))])],
    "a folder that was not listed": [Listings([listing(entries=(b"a",)), listing(b"b")])],
    "a folder twice": [Listings([listing(), listing()])],
    "half of a folder": [Listings([listing()], more=True)],
}


@pytest.mark.parametrize("messages", BROKEN_SCANS.values(), ids=BROKEN_SCANS.keys())
def test_a_scan_that_makes_no_sense_is_a_violation(messages: list[Listings]) -> None:
    async def test(facing: Facing) -> None:
        doing = asyncio.ensure_future(scanned(facing.endpoint))
        await facing.expect(Scan, Finish)
        for message in messages:
            facing.answer(message)
        facing.answer(Finish())
        assert isinstance(await failure_of(doing), ProtocolViolation)

    play(test)


# What this side breaks


@pytest.mark.parametrize("is_full", [False, True], ids=["waiting for answers", "waiting for credit"])
def test_a_connection_that_is_lost_ends_both_directions(is_full: bool) -> None:
    was_closed = asyncio.Event()

    async def items() -> AsyncGenerator[ApplyItem]:
        try:
            yield [DELETE]
            while is_full:
                yield Content(Piece(1, 0), [bytes(SMALL_BYTES_MAX)])
            await asyncio.Event().wait()
        finally:
            was_closed.set()

    async def test(facing: Facing) -> None:
        async with aclosing(items()) as endless_items:
            doing = asyncio.ensure_future(anext(facing.endpoint.apply(endless_items, Durability.NONE)))
            await facing.expect(Apply, Changes, *([Contents] * (CREDIT_BYTES // SMALL_BYTES_MAX) * is_full))
            facing.peer.hang_up()
            assert isinstance(await failure_of(doing), ConnectionLost)
        assert was_closed.is_set()

    play(test)


class Broken(Exception):
    """The source of what is sent has failed."""


def test_what_breaks_the_sender_reaches_whoever_waits_for_answers() -> None:
    async def items() -> AsyncIterator[ApplyItem]:
        yield [DELETE]
        raise Broken

    async def test(facing: Facing) -> None:
        with pytest.raises(Broken):
            await anext(facing.endpoint.apply(items(), Durability.NONE))
        assert facing.channel.failure is None

    play(test)


def test_answers_that_have_come_are_given_before_what_broke_the_sender() -> None:
    breaking = asyncio.Event()

    async def items() -> AsyncIterator[ApplyItem]:
        yield [DELETE]
        await breaking.wait()
        raise Broken

    async def test(facing: Facing) -> None:
        async with aclosing(facing.endpoint.apply(items(), Durability.NONE)) as outcomes:
            first = asyncio.ensure_future(anext(outcomes))
            await facing.expect(Apply, Changes)
            facing.answer(Outcomes([Outcome(1)]))
            assert await first == [Outcome(1)]
            breaking.set()
            with pytest.raises(Broken):
                await anext(outcomes)

    play(test)


def test_whoever_leaves_a_verb_stops_its_sender() -> None:
    steps: list[str] = []

    async def items() -> AsyncIterator[ApplyItem]:
        yield [DELETE]
        try:
            await asyncio.Event().wait()
        finally:
            steps.append("sender stopped")

    async def test(facing: Facing) -> None:
        async with aclosing(facing.endpoint.apply(items(), Durability.NONE)) as outcomes:
            first = asyncio.ensure_future(anext(outcomes))
            await facing.expect(Apply, Changes)
            facing.answer(Outcomes([Outcome(1)]))
            await first
        steps.append("left")

    play(test)
    assert steps == ["sender stopped", "left"]


def test_blame_is_this_connections() -> None:
    async def test(facing: Facing) -> None:
        assert facing.channel.is_origin_of(facing.endpoint.blame("the reason"))

    play(test)
