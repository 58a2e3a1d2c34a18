"""One verb's two-way flow of messages on a connection that other verbs share.

Credits keep the flows apart. A side may send on a stream while its credit there
is positive; what arrives waits in the stream's queue, and credit comes back as
the queue is read. A slow reader therefore stops its own sender, and nobody else.
(Without credits a scan and an apply on one connection block each other for ever:
each waits for the other's data to be read.)

A message costs the bytes of its plaintext, or `MESSAGE_COST_MIN` if that is more.
The message that starts a stream and the one that ends a half of it cost nothing,
since there is one of each.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from psync.core.content import Buffer
from psync.core.errors import Failure, ProtocolViolation
from psync.wire.connection import Received
from psync.wire.messages import Credit, Fail, Finish, Message, MessageInvalid
from psync.wire.seal import PLAINTEXT_BYTES_MAX

# What a stream may have under way: enough for a link of 100 ms at 300 Mbit/s.
CREDIT_BYTES = 4 * 1024 * 1024

# Credit is returned in steps, so that it costs few messages.
CREDIT_STEP_BYTES = CREDIT_BYTES // 4

# About what the objects of the shortest message take here: else 4 MiB of them would be 100 times as much.
MESSAGE_COST_MIN = 512


class Carrier(Protocol):
    """What a stream needs of its connection."""

    async def send(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> int:
        """Send when the socket has room; give the bytes of plaintext."""
        ...

    def send_soon(self, message: Message) -> None:
        """Send a message of the connection itself, without waiting."""
        ...

    def waiter(self) -> "asyncio.Future[None]":
        """Give a future that the end of the connection completes with its failure."""
        ...

    def revive(self, message: Fail) -> Failure:
        """Give the failure that the peer reports."""
        ...

    def blame(self, reason: str) -> ProtocolViolation:
        """Give the failure that says what the peer did against the rules."""
        ...


class Stream:
    """One verb's stream. It has one sender and one reader."""

    def __init__(self, carrier: Carrier, number: int) -> None:
        self.number = number
        self._carrier = carrier
        self._credit = CREDIT_BYTES
        self._credit_waiter: asyncio.Future[None] | None = None
        self._queue: deque[Received] = deque()
        self._queue_waiter: asyncio.Future[None] | None = None
        self._unread_bytes = 0
        self._consumed_bytes = 0
        self._current: Received | None = None
        self._interruption: BaseException | None = None

    async def send(self, message: Message, buffers: Sequence[Buffer] = ()) -> None:
        """Send a message, once there is credit; the buffers are free again on return."""
        while self._credit <= 0:
            self._credit_waiter = self._carrier.waiter()
            await self._credit_waiter
        size = await self._carrier.send(self.number, message, buffers)
        # Not in one statement with the await: credit may have come meanwhile.
        self._credit -= cost_of(size)

    async def start(self, message: Message) -> None:
        """Send the message that starts the stream."""
        await self._carrier.send(self.number, message)

    async def finish(self) -> None:
        """Say that this side sends nothing more."""
        await self._carrier.send(self.number, Finish())

    async def fail(self, failure: Failure) -> None:
        """Give the stream up."""
        await self._carrier.send(self.number, Fail(failure.code, plain_fields(failure)))

    async def receive(self) -> Received | None:
        """Give the next message, None at the end; raise the failure that the peer reports.

        The bulk of the message before is given back: finish with it first.
        """
        self._let_go()
        while not self._queue:
            if self._interruption is not None:
                raise self._interruption
            self._queue_waiter = self._carrier.waiter()
            await self._queue_waiter
        received = self._queue.popleft()
        if isinstance(received.message, Finish):
            return None
        if isinstance(received.message, Fail):
            raise self._carrier.revive(received.message)
        self._current = received
        return received

    async def expect(self) -> Received:
        """Give the next message; raise `ProtocolViolation` if there is none."""
        received = await self.receive()
        if received is None:
            raise self._carrier.blame("a stream ended without its answer")
        return received

    def interrupt(self, error: BaseException) -> None:
        """Make the reader raise `error` when nothing is left to read."""
        self._interruption = error
        wake(self._queue_waiter)

    def arrive(self, received: Received) -> None:
        """Queue a message of the peer; raise `MessageInvalid` if it had no credit for it."""
        if not isinstance(received.message, Finish | Fail):
            self._unread_bytes += cost_of(received.record_bytes)
        if self._unread_bytes > CREDIT_BYTES + PLAINTEXT_BYTES_MAX:
            raise MessageInvalid("more than its credit on a stream")
        self._queue.append(received)
        wake(self._queue_waiter)

    def add_credit(self, count: int) -> None:
        """Let the sender go on."""
        self._credit += count
        if self._credit > 0:
            wake(self._credit_waiter)

    def _let_go(self) -> None:
        if self._current is None:
            return
        self._current.release()
        self._consumed_bytes += cost_of(self._current.record_bytes)
        self._current = None
        if self._consumed_bytes >= CREDIT_STEP_BYTES:
            self._unread_bytes -= self._consumed_bytes
            self._carrier.send_soon(Credit(self.number, self._consumed_bytes))
            self._consumed_bytes = 0


def cost_of(plaintext_bytes: int) -> int:
    """Tell what a message costs of its stream's credit."""
    return max(plaintext_bytes, MESSAGE_COST_MIN)


def plain_fields(failure: Failure) -> dict[str, str]:
    """Give a failure's fields as text that any peer can read."""
    return {name: _plain(str(value)) for name, value in failure.fields.items()}


def _plain(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def wake(future: "asyncio.Future[None] | None") -> None:
    """Complete a future that somebody may wait for."""
    if future is not None and not future.done():
        future.set_result(None)
