"""The only class of this package that engines use: bytes in, events out.

    connection = Connection(handshake)
    write(connection.opening)
    recv_into(connection.receive_buffer()); events = connection.received(count)
    write(connection.send(stream, message, buffers))

It joins the handshake, the sealed records, the messages and the tables that say
which message may stand where. It has no clock: deadlines and pings are the
engine's.

Buffers are reused, because at these rates fresh memory costs more than the
encryption. What `send` returns is valid until the next `send`. The bulk of an
incoming message lies in a buffer that its reader gives back with `release`.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from psync.core.content import Buffer
from psync.wire.handshake import Established, Handshake
from psync.wire.keys import Role
from psync.wire.messages import Message, MessageInvalid, decode, encode
from psync.wire.seal import LENGTH_BYTES, OVERHEAD_BYTES, Opener, Sealer
from psync.wire.states import ConnectionState

# All that an unauthenticated peer can make us hold.
HANDSHAKE_BUFFER_BYTES = 4096

# Doubled until a record fits: a connection that only talks stays small.
BUFFER_BYTES_MIN = 16 * 1024

# Plaintext buffers kept for reuse; more are in use only while readers hold them.
SPARE_BUFFERS_MAX = 4


class Received(Struct):
    """A message of the peer. Call `release` when `bulk` is no longer read."""

    stream: int
    message: Message
    bulk: memoryview
    record_bytes: int
    release: Callable[[], None]


Event: TypeAlias = Established | Received


class Connection:
    """One side of a connection, from the first byte of the handshake to `Close`.

    `receive` raises `HandshakeRefused` before, `RecordRefused` and
    `MessageInvalid` after the handshake; then the connection is unusable.
    """

    def __init__(self, role: Role, handshake: Handshake) -> None:
        self.role = role
        self.opening = handshake.opening
        self._handshake: Handshake | None = handshake
        self._state = ConnectionState()
        self._sealer: Sealer | None = None
        self._opener: Opener | None = None
        self._buffer = memoryview(bytearray(HANDSHAKE_BUFFER_BYTES))
        self._start = 0
        self._stop = 0
        self._reply = b""
        self._spare: list[memoryview] = []
        self._plain = memoryview(bytearray(BUFFER_BYTES_MIN))
        self._sealed = memoryview(bytearray(BUFFER_BYTES_MIN))

    @property
    def is_established(self) -> bool:
        """Whether messages can be sent."""
        return self._sealer is not None

    @property
    def is_ended_by_peer(self) -> bool:
        """Whether the peer has said that nothing follows; the end of the stream is then no loss."""
        return self._state.is_closed(self.role.peer)

    @property
    def is_ended(self) -> bool:
        """Whether this side has sent `Close`."""
        return self._state.is_closed(self.role)

    # Receiving

    def receive_buffer(self) -> memoryview:
        """Give the memory that the next bytes go into; never empty."""
        return self._buffer[self._stop :]

    def received(self, count: int) -> list[Event]:
        """Take `count` bytes that were put into `receive_buffer`."""
        self._stop += count
        events: list[Event] = []
        if self._handshake is not None:
            self._shake(self._handshake, events)
        while self._opener is not None and (event := self._next_message(self._opener)):
            events.append(event)
        self._make_room()
        return events

    def take_reply(self) -> bytes:
        """Give what the handshake wants sent, once."""
        reply, self._reply = self._reply, b""
        return reply

    def _shake(self, handshake: Handshake, events: list[Event]) -> None:
        data = bytes(self._buffer[self._start : self._stop])
        self._start = self._stop = 0
        progress = handshake.receive(data)
        self._reply += progress.send
        if progress.established is None:
            return
        established = progress.established
        self._handshake = None
        self._sealer = Sealer(established.keys.sending, established.record_bytes_max)
        self._opener = Opener(established.keys.receiving, established.record_bytes_max)
        events.append(established)
        self._stop = len(established.trailing)
        self._buffer[: self._stop] = established.trailing

    def _next_message(self, opener: Opener) -> Received | None:
        head = self._start + LENGTH_BYTES
        if self._stop < head:
            return None
        length = self._buffer[self._start : head]
        end = head + opener.ciphertext_bytes(length)
        if self._stop < end:
            return None
        plain = self._take_spare(end - head)
        size = opener.open_into(length, self._buffer[head:end], plain)
        self._start = end
        return self._read(plain, size)

    def _read(self, plain: memoryview, size: int) -> Received:
        frame = decode(plain[:size], self.role.peer)
        self._state.advance(self.role.peer, frame.stream, type(frame.message))
        if frame.bulk:
            return Received(frame.stream, frame.message, frame.bulk, size, lambda: self._give_back(plain))
        self._give_back(plain)
        return Received(frame.stream, frame.message, memoryview(b""), size, _nothing)

    def _make_room(self) -> None:
        """Move the begun record to the front, and into a larger buffer if it does not fit."""
        rest = self._buffer[self._start : self._stop]
        wanted = self._wanted_bytes(rest)
        if wanted > len(self._buffer):
            larger = memoryview(bytearray(_doubled(wanted)))
            larger[: len(rest)] = rest
            self._buffer = larger
        elif self._start:
            self._buffer[: len(rest)] = rest
        self._start, self._stop = 0, len(rest)

    def _wanted_bytes(self, rest: memoryview) -> int:
        if self._opener is None:
            return HANDSHAKE_BUFFER_BYTES
        if len(rest) < LENGTH_BYTES:
            return BUFFER_BYTES_MIN
        return LENGTH_BYTES + self._opener.ciphertext_bytes(rest[:LENGTH_BYTES])

    # Sending

    def send(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> memoryview:
        """Seal one message; the result is valid until the next call.

        Raises `MessageInvalid` if this side may not send it now: a defect of the
        caller, after which nothing has happened.
        """
        if self._sealer is None:
            raise MessageInvalid("a message before the handshake")
        head = encode(stream, message)
        self._state.advance(self.role, stream, type(message))
        size = len(head) + sum(len(buffer) for buffer in buffers)
        if len(self._plain) < size:
            self._plain = memoryview(bytearray(_doubled(size)))
        if len(self._sealed) < size + OVERHEAD_BYTES:
            self._sealed = memoryview(bytearray(_doubled(size + OVERHEAD_BYTES)))
        self._fill(head, buffers)
        return self._sealed[: self._sealer.seal_into(self._plain[:size], self._sealed)]

    def _fill(self, head: bytes, buffers: Sequence[Buffer]) -> None:
        position = len(head)
        self._plain[:position] = head
        for buffer in buffers:
            end = position + len(buffer)
            self._plain[position:end] = buffer
            position = end

    # Buffers

    def _take_spare(self, size: int) -> memoryview:
        if self._spare and len(spare := self._spare.pop()) >= size:
            return spare
        return memoryview(bytearray(max(_doubled(size), BUFFER_BYTES_MIN)))

    def _give_back(self, plain: memoryview) -> None:
        if len(self._spare) < SPARE_BUFFERS_MAX:
            self._spare.append(plain)


def message_bytes(message: Message, bulk_bytes: int = 0) -> int:
    """Tell how many bytes a message costs of its stream's credit."""
    return len(encode(0, message)) + bulk_bytes


def _doubled(size: int) -> int:
    """Round up to a power of two, so that growing buffers are few."""
    return 1 << (size - 1).bit_length()


def _nothing() -> None:
    """Nobody waits for an empty bulk."""
