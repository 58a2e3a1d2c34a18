"""One stream's credit and queue, on a carrier that does what the test wants."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from psync.core.content import Buffer
from psync.core.errors import (
    ConnectionLost,
    Failure,
    FolderUnreachable,
    ProtocolViolation,
    SourceMissing,
    revive,
)
from psync.engine.stream import CREDIT_BYTES, CREDIT_STEP_BYTES, MESSAGE_COST_MIN, Stream, plain_fields
from psync.wire.connection import Received
from psync.wire.messages import Credit, Fail, Finish, Message, MessageInvalid, Requests, Supply
from psync.wire.seal import PLAINTEXT_BYTES_MAX
from tests.engine.loops import run

LARGE = 1_000_000


class Desk:
    """A carrier whose socket takes a message only when `room` is set; each costs what the test says."""

    def __init__(self, size: int = LARGE) -> None:
        self.size = size
        self.sent: list[Message] = []
        self.room = asyncio.Event()
        self.room.set()

    async def send(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> int:
        await self.room.wait()
        self.sent.append(message)
        return self.size

    def send_soon(self, message: Message) -> None:
        self.sent.append(message)

    def waiter(self) -> "asyncio.Future[None]":
        return asyncio.get_running_loop().create_future()

    def revive(self, message: Fail) -> Failure:
        return revive("peer", message.code, message.fields)

    def blame(self, reason: str) -> ProtocolViolation:
        return ProtocolViolation(host="peer", reason=reason)


def received(message: Message, size: int = LARGE, release: Callable[[], None] = lambda: None) -> Received:
    return Received(1, message, memoryview(b""), size, release)


async def send_until_blocked(stream: Stream) -> "tuple[asyncio.Task[None], list[int]]":
    """Send on and on; give the sender, and the list that grows with each message sent."""
    sent: list[int] = []

    async def send() -> None:
        while True:
            await stream.send(Requests([]))
            sent.append(1)
            await asyncio.sleep(0)

    sender = asyncio.create_task(send())
    await settled(sent)
    return sender, sent


async def settled(sent: list[int]) -> int:
    """Wait until nothing is sent any more; give how much was."""
    before = -1
    while before != len(sent):
        before = len(sent)
        for _ in range(10):
            await asyncio.sleep(0)
    return before


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


def test_a_sender_stops_when_its_credit_is_used_up_and_goes_on_with_more() -> None:
    async def main() -> list[int]:
        stream = Stream(Desk(), 1)
        sender, sent = await send_until_blocked(stream)
        counts = [len(sent)]
        for _ in range(2):
            stream.add_credit(LARGE)
            counts.append(await settled(sent))
        await stop(sender)
        return counts

    # Five messages of a million exceed 4 MiB: the last one may begin while there is any credit.
    assert run(main()) == [5, 6, 7]


def test_credit_that_comes_while_a_message_waits_for_the_socket_is_not_lost() -> None:
    async def main() -> int:
        desk = Desk(CREDIT_BYTES)
        desk.room.clear()
        stream = Stream(desk, 1)
        first = asyncio.create_task(stream.send(Requests([])))
        await asyncio.sleep(0)
        stream.add_credit(CREDIT_BYTES)
        desk.room.set()
        await first
        sender, sent = await send_until_blocked(stream)
        await stop(sender)
        return len(sent)

    assert run(main()) == 1


def test_the_first_message_and_the_last_cost_nothing() -> None:
    async def main() -> int:
        stream = Stream(Desk(CREDIT_BYTES // 4), 1)
        await stream.start(Supply())
        sender, sent = await send_until_blocked(stream)
        await stop(sender)
        await stream.finish()
        return len(sent)

    assert run(main()) == 4


def test_a_short_message_costs_what_its_objects_take() -> None:
    async def main() -> int:
        sender, sent = await send_until_blocked(Stream(Desk(20), 1))
        await stop(sender)
        return len(sent)

    assert run(main()) == CREDIT_BYTES // MESSAGE_COST_MIN


def test_what_is_read_is_released_and_credited_in_steps() -> None:
    async def main() -> tuple[list[Message], list[int]]:
        desk, released = Desk(), []
        stream = Stream(desk, 7)
        half = CREDIT_STEP_BYTES // 2
        for number in range(3):
            stream.arrive(received(Requests([]), half, lambda number=number: released.append(number)))
            await stream.receive()
        stream.arrive(received(Finish()))
        assert await stream.receive() is None
        return desk.sent, released

    assert run(main()) == ([Credit(7, CREDIT_STEP_BYTES)], [0, 1, 2])


def test_more_than_the_credit_is_refused() -> None:
    async def main() -> None:
        stream = Stream(Desk(), 1)
        stream.arrive(received(Requests([]), CREDIT_BYTES - 1))
        stream.arrive(received(Requests([]), PLAINTEXT_BYTES_MAX))
        stream.arrive(received(Finish(), PLAINTEXT_BYTES_MAX))

        with pytest.raises(MessageInvalid, match="more than its credit"):
            stream.arrive(received(Requests([]), 2))

    run(main())


def test_short_messages_without_end_are_refused() -> None:
    async def main() -> None:
        stream = Stream(Desk(), 1)
        for _ in range((CREDIT_BYTES + PLAINTEXT_BYTES_MAX) // MESSAGE_COST_MIN):
            stream.arrive(received(Requests([]), 1))

        with pytest.raises(MessageInvalid):
            stream.arrive(received(Requests([]), 1))

    run(main())


def test_a_failure_is_raised_where_its_stream_is_read() -> None:
    async def main() -> None:
        stream = Stream(Desk(), 1)
        stream.arrive(received(Requests([])))
        stream.arrive(received(Fail("SOURCE_MISSING", {"path": "/a"})))

        assert await stream.receive() is not None
        with pytest.raises(SourceMissing, match="'/a' does not exist"):
            await stream.receive()

    run(main())


def test_a_stream_without_its_answer_is_blamed_on_the_peer() -> None:
    async def main() -> None:
        stream = Stream(Desk(), 1)
        stream.arrive(received(Finish()))

        with pytest.raises(ProtocolViolation, match="without its answer"):
            await stream.expect()

    run(main())


def test_an_interrupted_reader_reads_what_is_there_first() -> None:
    async def main() -> None:
        stream = Stream(Desk(), 1)
        stream.arrive(received(Requests([])))
        stream.interrupt(ConnectionLost(host="h", reason="r"))

        assert await stream.receive() is not None
        with pytest.raises(ConnectionLost):
            await stream.receive()

    run(main())


def test_the_fields_of_a_failure_travel_as_plain_text() -> None:
    failure = FolderUnreachable(path="/a\udcff", reason=3)

    assert plain_fields(failure) == {"path": "/a\\udcff", "reason": "3"}
