"""One connection on the event loop, shared by independent streams.

The socket is always read. What arrives waits in the queue of its stream, and
credits bound that queue: a side may send on a stream while its credit there is
positive. A stream whose reader is slow therefore stops its own sender only.
(Without credits a scan and an apply on one connection block each other for
ever: each waits for the other's data to be read.)
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from psync.core.content import Buffer
from psync.core.errors import ConnectionLost, Failure, ProtocolViolation, revive
from psync.wire.connection import Connection, Received
from psync.wire.handshake import Established
from psync.wire.messages import (
    CONNECTION_STREAM,
    ROW_BY_TYPE,
    Close,
    Credit,
    Fail,
    Finish,
    Hello,
    Message,
    MessageInvalid,
    Ping,
    Place,
    Pong,
)
from psync.wire.refusal import HandshakeRefused
from psync.wire.seal import OVERHEAD_BYTES, PLAINTEXT_BYTES_MAX, RecordRefused

# What a stream may have under way: enough for a link of 100 ms at 300 Mbit/s.
CREDIT_BYTES = 4 * 1024 * 1024

# Credit is returned in steps, so that it costs few messages.
CREDIT_STEP_BYTES = CREDIT_BYTES // 4

# A peer that says nothing for so long is gone; it is asked well before.
DEAD_PEER_SECONDS = 120.0
PING_SECONDS = 30.0

# How long the peer may take to answer a goodbye.
CLOSE_SECONDS = 5.0


class Stream:
    """One verb's two-way flow of messages. It has one reader."""

    def __init__(self, channel: "Channel", number: int) -> None:
        self.number = number
        self._channel = channel
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
            self._credit_waiter = self._channel.waiter()
            await self._credit_waiter
        self._credit -= await self._channel.send(self.number, message, buffers)

    async def finish(self) -> None:
        """Say that this side sends nothing more."""
        await self._channel.send(self.number, Finish())

    async def fail(self, failure: Failure) -> None:
        """Give the stream up."""
        await self._channel.send(self.number, Fail(failure.code, plain_fields(failure)))

    async def receive(self) -> Received | None:
        """Give the next message, None at the end; raise the failure that the peer reports.

        The bulk of the message before is given back: finish with it first.
        """
        self._let_go()
        while not self._queue:
            if self._interruption is not None:
                raise self._interruption
            self._queue_waiter = self._channel.waiter()
            await self._queue_waiter
        received = self._queue.popleft()
        if isinstance(received.message, Finish):
            return None
        if isinstance(received.message, Fail):
            raise self._channel.revive(received.message)
        self._current = received
        return received

    async def expect(self) -> Received:
        """Give the next message; raise `ProtocolViolation` if there is none."""
        received = await self.receive()
        if received is None:
            raise ProtocolViolation(host=self._channel.peer, reason="a stream ended without its answer")
        return received

    def interrupt(self, error: BaseException) -> None:
        """Make the reader raise `error` when nothing is left to read."""
        self._interruption = error
        _wake(self._queue_waiter)

    def arrive(self, received: Received) -> None:
        """Queue a message of the peer; raise `MessageInvalid` if it had no credit for it."""
        self._unread_bytes += received.record_bytes
        if self._unread_bytes > CREDIT_BYTES + PLAINTEXT_BYTES_MAX:
            raise MessageInvalid("more than its credit on a stream")
        self._queue.append(received)
        _wake(self._queue_waiter)

    def add_credit(self, count: int) -> None:
        """Let the sender go on."""
        self._credit += count
        if self._credit > 0:
            _wake(self._credit_waiter)

    def _let_go(self) -> None:
        if self._current is None:
            return
        self._current.release()
        self._consumed_bytes += self._current.record_bytes
        self._current = None
        if self._consumed_bytes >= CREDIT_STEP_BYTES:
            self._unread_bytes -= self._consumed_bytes
            self._channel.send_soon(Credit(self.number, self._consumed_bytes))
            self._consumed_bytes = 0


class Channel(asyncio.BufferedProtocol):
    """A connection and its streams. `peer` names the other side in messages.

    `on_start` is called with each stream that the peer starts, and its first
    message. When the connection ends, every waiting call raises `failure`.
    """

    def __init__(
        self,
        connection: Connection,
        peer: str,
        on_start: Callable[[Stream, Message], None] | None = None,
    ) -> None:
        self.peer = peer
        self.failure: Failure | HandshakeRefused | None = None
        self._connection = connection
        self._on_start = on_start
        self._loop = asyncio.get_running_loop()
        self.established: asyncio.Future[Established] = self._loop.create_future()
        self.greeted: asyncio.Future[Hello] = self._loop.create_future()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._streams: dict[int, Stream] = {}
        self._last_stream = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self._writable: asyncio.Future[None] | None = None
        self._is_paused = False
        self._pending: list[Message] = []
        self._last_received = self._last_sent = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._reported: list[Failure] = []
        self._pings = 0
        self._pongs: dict[int, asyncio.Future[None]] = {}
        self.bytes_sent = 0
        self.bytes_received = 0

    @property
    def peer_address(self) -> str:
        """The other side's address as the system reports it."""
        name = self._transport.get_extra_info("peername")
        return str(name[0]) if name else "unknown"

    @property
    def is_ended_by_peer(self) -> bool:
        """Whether the other side has said goodbye."""
        return self._connection.is_ended_by_peer

    # Streams

    async def start(self, message: Message) -> Stream:
        """Start a stream with its verb."""
        self._last_stream += 1
        stream = self._streams[self._last_stream] = Stream(self, self._last_stream)
        await stream.send(message)
        return stream

    async def send(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> int:
        """Send when the socket has taken what went before; give the message's bytes of credit."""
        while self._is_paused and self.failure is None:
            self._writable = self._writable or self.waiter()
            await asyncio.shield(self._writable)
        self._check_open()
        return self._write(stream, message, buffers)

    def send_soon(self, message: Message) -> None:
        """Send a short message of the connection itself, without waiting."""
        if self._is_paused:
            self._pending.append(message)
        elif self.failure is None and not self._connection.is_ended:
            self._write(CONNECTION_STREAM, message)

    async def is_alive(self, seconds: float) -> bool:
        """Whether the peer answers a ping within that time."""
        self._pings += 1
        number = self._pings
        pong = self._pongs[number] = self.waiter()
        self.send_soon(Ping(number))
        try:
            async with asyncio.timeout(seconds):
                await pong
        except (TimeoutError, Failure, HandshakeRefused):
            return False
        finally:
            self._pongs.pop(number, None)
        return True

    async def close(self, failure: Failure | None = None) -> None:
        """Say goodbye, wait a moment for the peer's, and end the connection."""
        if self.failure is None and self._connection.is_established and not self._connection.is_ended:
            goodbye = Close(failure.code, plain_fields(failure)) if failure else Close()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.send(CONNECTION_STREAM, goodbye)
                    self._transport.write_eof()
                    await asyncio.shield(self.ended)
            except (TimeoutError, Failure, HandshakeRefused, OSError):
                pass
        self.abort(failure or ConnectionLost(host=self.peer, reason="closed here"))

    def revive(self, message: Fail | Close) -> Failure:
        """Give the failure that the peer reports, and remember that it came from here."""
        failure = revive(self.peer, message.code, message.fields)
        self._reported.append(failure)
        return failure

    def is_origin_of(self, failure: Failure) -> bool:
        """Whether a failure is this connection's: its end, or reported over it."""
        return failure is self.failure or any(failure is reported for reported in self._reported)

    def abort(self, failure: Failure | HandshakeRefused) -> None:
        """End the connection at once; every waiting call raises `failure`."""
        self._end(failure)
        if not self._transport.is_closing():
            self._transport.abort()

    def waiter(self) -> asyncio.Future[None]:
        """Give a future that the end of the connection completes, whatever else does."""
        future: asyncio.Future[None] = self._loop.create_future()
        if self.failure is not None:
            future.set_exception(self.failure)
            return future
        self._waiters.add(future)
        future.add_done_callback(self._waiters.discard)
        return future

    def _check_open(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _write(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> int:
        sealed = self._connection.send(stream, message, buffers)
        self._last_sent = self._loop.time()
        self.bytes_sent += len(sealed)
        self._transport.write(sealed)
        return len(sealed) - OVERHEAD_BYTES

    # The protocol's side: called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # The record buffer is reused as soon as the socket has taken all of it.
        transport.set_write_buffer_limits(high=0)
        self._reply(self._connection.opening)
        self._timer = self._loop.call_later(PING_SECONDS, self._tick)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give the memory for the next bytes."""
        return self._connection.receive_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes of the peer."""
        if self.failure is not None:
            return
        self._last_received = self._loop.time()
        self.bytes_received += nbytes
        try:
            events = self._connection.received(nbytes)
            self._reply(self._connection.take_reply())
            for event in events:
                self._take(event)
        except HandshakeRefused as refused:
            self._reply(refused.reply)
            self._end(refused)
            self._transport.close()
        except (RecordRefused, MessageInvalid) as error:
            self._violate(error)

    def eof_received(self) -> bool:
        """End the connection; without the peer's goodbye, something is lost."""
        if self._connection.is_ended_by_peer:
            self._end(ConnectionLost(host=self.peer, reason="closed by the other side"))
        else:
            self._end(ConnectionLost(host=self.peer, reason="it ended without a goodbye"))
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Note the end, whatever the cause."""
        self._end(ConnectionLost(host=self.peer, reason=str(error) if error else "closed"))
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        """Wait with the next record: the socket has not taken the last one whole."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Send what has waited."""
        self._is_paused = False
        while self._pending and not self._is_paused and self.failure is None:
            self._write(CONNECTION_STREAM, self._pending.pop(0))
        if not self._is_paused:
            waiter, self._writable = self._writable, None
            _wake(waiter)

    # Events

    def _reply(self, data: bytes) -> None:
        if data:
            self.bytes_sent += len(data)
            self._transport.write(data)

    def _take(self, event: Established | Received) -> None:
        if isinstance(event, Established):
            self.established.set_result(event)
            return
        message = event.message
        if event.stream != CONNECTION_STREAM:
            self._take_stream(event)
        elif isinstance(message, Hello):
            self.greeted.set_result(message)
        elif isinstance(message, Credit):
            if message.stream in self._streams:
                self._streams[message.stream].add_credit(message.bytes)
        elif isinstance(message, Ping):
            self.send_soon(Pong(message.number))
        elif isinstance(message, Pong):
            _wake(self._pongs.get(message.number))
        elif isinstance(message, Close):
            self._take_goodbye(message)

    def _take_stream(self, event: Received) -> None:
        stream = self._streams.get(event.stream)
        if stream is not None:
            stream.arrive(event)
        elif self._on_start is not None and ROW_BY_TYPE[type(event.message)].place is Place.START:
            stream = self._streams[event.stream] = Stream(self, event.stream)
            self._on_start(stream, event.message)

    def _take_goodbye(self, message: Close) -> None:
        self.send_soon(Close())
        if message.code:
            self._end(self.revive(message))
        else:
            self._end(ConnectionLost(host=self.peer, reason="closed by the other side"))
        self._transport.close()

    def forget(self, stream: Stream) -> None:
        """Drop a stream that both sides have ended."""
        self._streams.pop(stream.number, None)

    def _violate(self, error: Exception) -> None:
        failure = ProtocolViolation(host=self.peer, reason=str(error) or type(error).__name__)
        if self._connection.is_established and not self._connection.is_ended and not self._is_paused:
            self._write(CONNECTION_STREAM, Close(failure.code, plain_fields(failure)))
        self._end(failure)
        self._transport.close()

    def _tick(self) -> None:
        now = self._loop.time()
        if now - self._last_received > DEAD_PEER_SECONDS:
            reason = f"no sign of life for {DEAD_PEER_SECONDS:g} seconds"
            self.abort(ConnectionLost(host=self.peer, reason=reason))
            return
        if self._connection.is_established and now - self._last_sent >= PING_SECONDS:
            self.send_soon(Ping(0))
        self._timer = self._loop.call_later(PING_SECONDS, self._tick)

    def _end(self, failure: Failure | HandshakeRefused) -> None:
        if self.failure is not None:
            return
        self.failure = failure
        waiting: list[asyncio.Future[Any]] = [self.established, self.greeted, *self._waiters]
        for future in waiting:
            if not future.done():
                future.set_exception(failure)
                future.exception()  # whoever waits sees it; nobody has to
        if not self.ended.done():
            self.ended.set_result(None)


def plain_fields(failure: Failure) -> dict[str, str]:
    """Give a failure's fields as text that any peer can read."""
    return {name: _plain(str(value)) for name, value in failure.fields.items()}


def _plain(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
