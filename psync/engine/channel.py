"""One connection on the event loop, shared by independent streams.

The socket is always read; what arrives waits in the queue of its stream, which
credits bound (`psync.engine.stream`). A message is sealed into a buffer that is
reused, so the next one waits until the socket has taken the last one whole.

A connection ends once, with one failure, which every waiting call raises. It is
gone a moment later: whoever has said goodbye goes on reading, and throws away
what he reads, since a socket that is closed on unread bytes resets the
connection, and the reset may overtake the goodbye.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from psync.core.content import Buffer
from psync.core.errors import (
    CONNECT_REASONS,
    ConnectionLost,
    Failure,
    ListenerFailed,
    ListenerStopped,
    ProtocolViolation,
    revive,
)
from psync.engine.stream import Stream, plain_fields, wake
from psync.wire.connection import Connection, Received
from psync.wire.handshake import Established
from psync.wire.messages import (
    CONNECTION_STREAM,
    ROW_BY_TYPE,
    Close,
    Credit,
    Fail,
    Hello,
    Message,
    MessageInvalid,
    Ping,
    Place,
    Pong,
)
from psync.wire.refusal import HandshakeRefused
from psync.wire.seal import OVERHEAD_BYTES, RecordRefused

# A peer that says nothing for so long is gone; it is asked well before.
DEAD_PEER_SECONDS = 120.0
PING_SECONDS = 30.0

# Whole records are signs of life. Bytes of one that never ends are not: its length may have been changed on
# its way. But a long record on a slow line gets the time that it needs at this speed.
RECORD_BYTES_PER_SECOND_MIN = 8 * 1024

# What is due so soon is due now: a timer may fire a little early, and would be set again for no time at all.
TIMER_SLACK_SECONDS = 0.001

# How long the peer may take to answer a goodbye.
CLOSE_SECONDS = 5.0

# Short messages that wait for the socket. A peer that asks more without reading our answers is broken.
PENDING_MAX = 1024

# Of the failures that a peer reported or caused: a run ends with the first.
OWN_FAILURES_MAX = 16

# Where bytes go that arrive after the end; nobody reads them.
_THROWN_AWAY = memoryview(bytearray(64 * 1024))

T = TypeVar("T")


class Channel(asyncio.BufferedProtocol):
    """A connection and its streams. `peer` names the other side in messages.

    `on_start` is called with each stream that the peer starts, and its first
    message. `failure` is set when the connection ends, and `ended` completes.
    """

    def __init__(
        self,
        connection: Connection,
        peer: str,
        on_start: Callable[[Stream, Message], None] | None = None,
    ) -> None:
        self.peer = peer
        self.failure: Failure | HandshakeRefused | None = None
        self.bytes_sent = 0
        self.bytes_received = 0
        self._connection = connection
        self._on_start = on_start
        self._loop = asyncio.get_running_loop()
        self.established: asyncio.Future[Established] = self._loop.create_future()
        self.greeted: asyncio.Future[Hello] = self._loop.create_future()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._streams: dict[int, Stream] = {}
        self._last_stream = 0
        self._waiters: dict[asyncio.Future[None], None] = {}  # in order: a set's order varies
        self._writable: asyncio.Future[None] | None = None
        self._is_paused = False
        self._has_greeted = False
        self._pending: deque[Message] = deque()
        self._last_heard = self._last_said = self._loop.time()
        self._unfinished_bytes = 0  # of the record under way
        self._own_failures: deque[Failure] = deque(maxlen=OWN_FAILURES_MAX)
        self._pings = 0
        self._pongs: dict[int, asyncio.Future[None]] = {}

    @property
    def peer_address(self) -> str:
        """The other side's address as the system reports it."""
        name = self._transport.get_extra_info("peername") if self._transport else None
        return str(name[0]) if name else "unknown"

    @property
    def is_established(self) -> bool:
        """Whether the other side has proven that it has the same key."""
        return self._connection.is_established

    @property
    def is_ended_by_peer(self) -> bool:
        """Whether the other side has said goodbye."""
        return self._connection.is_ended_by_peer

    # Streams

    async def start(self, message: Message) -> Stream:
        """Start a stream with its verb."""
        self._last_stream += 1
        stream = self._streams[self._last_stream] = Stream(self, self._last_stream)
        await stream.start(message)
        return stream

    def forget(self, stream: Stream) -> None:
        """Drop a stream that is served; what the peer sent before it knew is thrown away."""
        self._streams.pop(stream.number, None)

    async def send(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> int:
        """Send when the socket has taken what went before; give the bytes of plaintext."""
        while self._is_stuck and self.failure is None:
            self._writable = self._writable or self.waiter()
            await asyncio.shield(self._writable)
        if self.failure is not None:
            raise self.failure
        return self._write(stream, message, buffers)

    def send_soon(self, message: Message) -> None:
        """Send a short message of the connection itself, without waiting."""
        if self.failure is not None or not self._connection.is_established:
            return
        if len(self._pending) >= PENDING_MAX:
            self._violate("questions without reading the answers")
        else:
            self._push(message)

    def waiter(self) -> "asyncio.Future[None]":
        """Give a future that the end of the connection completes, whatever else does."""
        future: asyncio.Future[None] = self._loop.create_future()
        if self.failure is not None:
            future.set_exception(self.failure)
            return future
        self._waiters[future] = None
        future.add_done_callback(lambda done: self._waiters.pop(done, None))
        return future

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

    # Ending

    async def close(self, failure: Failure | None = None) -> None:
        """Say goodbye, and why if it is a failure; wait until the connection is gone."""
        self.leave(failure)
        try:
            await asyncio.shield(self._gone)
        except asyncio.CancelledError:
            self._drop()
            raise

    def leave(self, failure: Failure | None = None) -> None:
        """Say goodbye without waiting. The connection has ended, and will be gone in a moment."""
        if self.failure is not None:
            return
        if not self._connection.is_established:
            self.abort(failure or self._lost("closed here"))
            return
        self._push(Close(failure.code, plain_fields(failure)) if failure else Close())
        self._end(failure or self._lost("closed here"))
        if not self._is_paused:
            self._end_sending()

    def abort(self, failure: Failure | HandshakeRefused) -> None:
        """End the connection at once, without a word."""
        self._end(failure)
        self._drop()

    def revive(self, message: Fail | Close) -> Failure:
        """Give the failure that the peer reports, and remember that it came from here."""
        fields = dict(message.fields)
        if message.code in (ListenerFailed.code, ListenerStopped.code):
            fields["host"] = self.peer  # a listener does not know under which name it is known
        failure = revive(self.peer, message.code, fields)
        self._own_failures.append(failure)
        return failure

    def blame(self, reason: str) -> ProtocolViolation:
        """Give the failure that says what the peer did against the rules."""
        failure = ProtocolViolation(host=self.peer, reason=reason)
        self._own_failures.append(failure)
        return failure

    def is_origin_of(self, failure: Failure) -> bool:
        """Whether a failure is this connection's: its end, reported over it, or about its peer."""
        return failure is self.failure or any(failure is own for own in self._own_failures)

    def _end(self, failure: Failure | HandshakeRefused) -> None:
        """Note the end and let everybody know; what is left of the connection goes away on its own."""
        if self.failure is not None:
            return
        self.failure = failure
        waiting: list[asyncio.Future[Any]] = [self.established, self.greeted, *self._waiters]
        for future in waiting:
            if not future.done():
                future.set_exception(failure)
                future.exception()  # whoever waits sees it; nobody has to
        _complete(self.ended, None)
        self._set_timer(CLOSE_SECONDS, self._drop)

    def _end_sending(self) -> None:
        if self._transport is not None:
            with suppress(OSError):  # the peer was faster
                self._transport.write_eof()

    def _drop(self) -> None:
        if self._transport is None:
            _complete(self._gone, None)
        else:
            self._transport.abort()

    def _violate(self, reason: str) -> None:
        self.leave(self.blame(reason))

    def _lost(self, reason: str) -> ConnectionLost:
        return ConnectionLost(host=self.peer, reason=reason)

    # Writing

    def _push(self, message: Message) -> None:
        """Send a message of the connection as soon as the socket can take it, in the order of calls.

        Nobody asks or answers before he has greeted, which a process that was stopped may be late with.
        """
        if self._is_paused or (isinstance(message, Ping | Pong) and not self._has_greeted):
            self._pending.append(message)
            return
        self._write(CONNECTION_STREAM, message)
        if isinstance(message, Hello):
            self._has_greeted = True
            self._send_pending()

    def _send_pending(self) -> None:
        waiting, self._pending = self._pending, deque()
        for message in waiting:
            self._push(message)

    @property
    def _is_stuck(self) -> bool:
        """Whether a record would go nowhere now; a socket that has failed tells so a turn of the loop later."""
        return self._is_paused or (self._transport is not None and self._transport.is_closing())

    def _write(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> int:
        assert self._transport is not None
        sealed = self._connection.send(stream, message, buffers)
        self._last_said = self._loop.time()
        self.bytes_sent += len(sealed)
        self._transport.write(sealed)
        return len(sealed) - OVERHEAD_BYTES

    def _reply(self, data: bytes) -> None:
        if data and self._transport is not None:
            self.bytes_sent += len(data)
            self._transport.write(data)

    # The protocol's side: called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self.failure is not None:
            transport.abort()
            return
        # The record buffer is reused as soon as the socket has taken all of it.
        transport.set_write_buffer_limits(high=0)
        self._reply(self._connection.opening)
        self._watch()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give the memory for the next bytes."""
        return _THROWN_AWAY if self.failure is not None else self._connection.receive_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes of the peer."""
        if self.failure is not None:
            return
        self.bytes_received += nbytes
        self._unfinished_bytes += nbytes
        try:
            events = self._connection.received(nbytes)
            self._reply(self._connection.take_reply())
            for event in events:
                self._last_heard, self._unfinished_bytes = self._loop.time(), 0
                self._take(event)
                if self.ended.done():
                    break
        except HandshakeRefused as refused:
            self._reply(refused.reply)
            self._end(refused)
            self._close_transport()
        except RecordRefused as refused:
            self._violate(refused.reason)
        except MessageInvalid as error:
            self._violate(str(error))

    def eof_received(self) -> bool:
        """End the connection: without the peer's goodbye, something is lost."""
        self._end(self._lost("it ended without a goodbye"))
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Note that it is gone, whatever the cause."""
        self._end(self._lost(_words(error) if error else "closed"))
        if self._timer is not None:
            self._timer.cancel()
        _complete(self._gone, None)

    def pause_writing(self) -> None:
        """Wait with the next record: the socket has not taken the last one whole."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Send what has waited."""
        self._is_paused = False
        self._send_pending()
        if self._is_paused:
            return
        if self.failure is not None:
            self._loop.call_soon(self._end_sending)  # the transport is in the middle of its own sending
        waiter, self._writable = self._writable, None
        wake(waiter)

    def _close_transport(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # Events

    def _take(self, event: Established | Received) -> None:
        if isinstance(event, Established):
            _complete(self.established, event)
            return
        message = event.message
        if event.stream != CONNECTION_STREAM:
            self._take_stream(event)
        elif isinstance(message, Hello):
            _complete(self.greeted, message)
        elif isinstance(message, Credit):
            if message.stream in self._streams:
                self._streams[message.stream].add_credit(message.bytes)
        elif isinstance(message, Ping):
            self.send_soon(Pong(message.number))
        elif isinstance(message, Pong):
            wake(self._pongs.get(message.number))
        elif isinstance(message, Close):
            self._take_goodbye(message)

    def _take_stream(self, event: Received) -> None:
        stream = self._streams.get(event.stream)
        if stream is not None:
            stream.arrive(event)
        elif self._on_start is not None and ROW_BY_TYPE[type(event.message)].place is Place.START:
            stream = self._streams[event.stream] = Stream(self, event.stream)
            self._on_start(stream, event.message)
        else:
            event.release()

    def _take_goodbye(self, message: Close) -> None:
        self._push(Close())
        self._end(self.revive(message) if message.code else self._lost("closed by the other side"))
        self._close_transport()

    @property
    def _dead_at(self) -> float:
        return self._last_heard + DEAD_PEER_SECONDS + self._unfinished_bytes / RECORD_BYTES_PER_SECOND_MIN

    def _watch(self) -> None:
        """Say something to a peer that has heard nothing for long; drop one that says nothing for longer."""
        now = self._loop.time() + TIMER_SLACK_SECONDS
        if now >= self._dead_at:
            self.abort(self._lost(f"no sign of life for {DEAD_PEER_SECONDS:g} seconds"))
            return
        if now - self._last_said >= PING_SECONDS:
            self._last_said = now  # also where the question waits for a full socket
            self.send_soon(Ping(0))
        silence_ends = min(self._last_said + PING_SECONDS, self._dead_at)
        self._set_timer(silence_ends - self._loop.time(), self._watch)

    def _set_timer(self, seconds: float, action: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, action)


def _words(error: Exception) -> str:
    if not isinstance(error, OSError):
        return str(error)
    return CONNECT_REASONS.get(error.errno or 0) or error.strerror or str(error)


def _complete(future: "asyncio.Future[T]", value: T) -> None:
    if not future.done():
        future.set_result(value)
