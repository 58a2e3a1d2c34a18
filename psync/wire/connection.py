"""The only class of this package that engines use: bytes in, events out.

    connection = Connection(role, handshake)
    write(connection.opening)
    count = recv_into(connection.receive_buffer())
    for event in connection.received(count): ...
    write(connection.take_reply())
    write(connection.send(stream, message, buffers))

It joins the handshake, the sealed records, the messages and the tables that say
which message may stand where. It has no clock: deadlines and pings are the
engine's.

Buffers are reused, because at these rates fresh memory costs more than the
encryption. What `send` returns is valid until the next `send`. The bulk of an
incoming message is lent: its reader gives it back with `release`, after which it
cannot be read. What is kept for a message that nobody reads yet is at most twice
its bytes, so that credits bound memory.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from psync.core.content import Buffer
from psync.wire.handshake import Established, Handshake
from psync.wire.keys import Role
from psync.wire.messages import Message, MessageInvalid, decode, encode
from psync.wire.seal import (
    LENGTH_BYTES,
    OVERHEAD_BYTES,
    PLAINTEXT_BYTES_MAX,
    TAG_BYTES,
    Opener,
    RecordRefused,
    Sealer,
)
from psync.wire.states import ConnectionState

# All that an unauthenticated peer can make us hold.
HANDSHAKE_BUFFER_BYTES = 4096

# Doubled until a record fits: a connection that only talks stays small.
BUFFER_BYTES_MIN = 16 * 1024

# Plaintext buffers kept for reuse; more are in use only while readers hold them.
SPARE_BUFFERS_MAX = 4


class Received(Struct):
    """A message of the peer. Call `release` when `bulk` is no longer read.

    `record_bytes`: what the message costs of its stream's credit.
    """

    stream: int
    message: Message
    bulk: memoryview
    record_bytes: int
    release: Callable[[], None]


Event: TypeAlias = Established | Received


class Connection:
    """One side of a connection, from the first byte of the handshake to `Close`.

    What `received` raises is final: `HandshakeRefused` before, `RecordRefused` and
    `MessageInvalid` after the handshake.
    """

    def __init__(self, role: Role, handshake: Handshake) -> None:
        self.role = role
        self.opening = handshake.opening
        self._handshake: Handshake | None = handshake
        self._state = ConnectionState()
        self._sealer: Sealer | None = None
        self._opener: Opener | None = None
        self._fault: RecordRefused | MessageInvalid | None = None
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
        self._make_room()
        return self._buffer[self._stop :]

    def received(self, count: int) -> Iterator[Event]:
        """Take `count` bytes that were put into `receive_buffer`; go through the result to its end.

        Whatever stands before a fault comes before the fault is raised, so that
        how the network cuts the stream changes nothing.
        """
        self._stop += count
        established = self._shake(self._handshake) if self._handshake is not None else None
        return self._events(established)

    def take_reply(self) -> bytes:
        """Give what the handshake wants sent, once."""
        reply, self._reply = self._reply, b""
        return reply

    def _events(self, established: Established | None) -> Iterator[Event]:
        if established is not None:
            yield established
        while self._opener is not None and (received := self._next_message(self._opener)):
            yield received

    def _shake(self, handshake: Handshake) -> Established | None:
        data = bytes(self._buffer[: self._stop])
        self._stop = 0
        progress = handshake.receive(data)
        self._reply += progress.send
        established = progress.established
        if established is not None:
            self._handshake = None
            self._sealer = Sealer(established.keys.sending)
            self._opener = Opener(established.keys.receiving)
            self._stop = len(established.trailing)
            self._buffer[: self._stop] = established.trailing
        return established

    def _next_message(self, opener: Opener) -> Received | None:
        """Give the next message if it is complete; after the first fault, raise that for ever."""
        if self._fault is None:
            try:
                return self._open_record(opener)
            except (RecordRefused, MessageInvalid) as fault:
                self._fault = fault
        self._start = self._stop = 0
        raise self._fault

    def _open_record(self, opener: Opener) -> Received | None:
        head = self._start + LENGTH_BYTES
        if self._stop < head:
            return None
        length = self._buffer[self._start : head]
        end = head + opener.ciphertext_bytes(length)
        if self._stop < end:
            return None
        plain = self._take_spare(end - head - TAG_BYTES)
        size = opener.open_into(length, self._buffer[head:end], plain)
        self._start = end
        return self._read(plain, size)

    def _read(self, plain: memoryview, size: int) -> Received:
        frame = decode(plain[:size].toreadonly())
        self._state.advance(self.role.peer, frame.stream, type(frame.message))
        # A short bulk would keep a large buffer from its next use.
        if 2 * len(frame.bulk) < len(plain):
            copied = memoryview(bytes(frame.bulk))
            self._give_back(plain)
            return Received(frame.stream, frame.message, copied, size, _nothing)
        release = self._lend(plain, frame.bulk)
        return Received(frame.stream, frame.message, frame.bulk, size, release)

    def _make_room(self) -> None:
        """Move the begun record to the front, and into a larger buffer, where its rest does not fit."""
        rest = self._buffer[self._start : self._stop]
        wanted = self._wanted_bytes(rest)
        if rest and self._start + wanted <= len(self._buffer):
            return
        if wanted > len(self._buffer):
            self._buffer = memoryview(bytearray(_doubled(wanted)))
        self._buffer[: len(rest)] = rest
        self._start, self._stop = 0, len(rest)

    def _wanted_bytes(self, rest: memoryview) -> int:
        """Tell how long the begun record is; while that is unknown, what most messages need."""
        if self._opener is None:
            return HANDSHAKE_BUFFER_BYTES
        if len(rest) < LENGTH_BYTES:
            return BUFFER_BYTES_MIN
        return LENGTH_BYTES + self._opener.ciphertext_bytes(rest[:LENGTH_BYTES])

    # Sending

    def send(self, stream: int, message: Message, buffers: Sequence[Buffer] = ()) -> memoryview:
        """Seal one message; the result is valid until the next call.

        Raises `MessageInvalid` if this side may not send it now, or ever: a defect
        of the caller, after which nothing has happened.
        """
        if self._sealer is None:
            raise MessageInvalid("a message before the handshake")
        head = encode(stream, message)
        size = len(head) + sum(map(len, buffers))
        if size > PLAINTEXT_BYTES_MAX:
            raise MessageInvalid(f"{type(message).__name__} of {size} bytes")
        self._state.advance(self.role, stream, type(message))
        self._reserve(size)
        self._fill(head, buffers)
        return self._sealed[: self._sealer.seal_into(self._plain[:size], self._sealed)]

    def _reserve(self, size: int) -> None:
        if len(self._plain) < size:
            self._plain = memoryview(bytearray(_doubled(size)))
        if len(self._sealed) < size + OVERHEAD_BYTES:
            self._sealed = memoryview(bytearray(_doubled(size + OVERHEAD_BYTES)))

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

    def _lend(self, plain: memoryview, bulk: memoryview) -> Callable[[], None]:
        """Give what ends the loan, once: a buffer given back twice would hold two messages at a time."""
        lent = [plain]

        def release() -> None:
            bulk.release()
            while lent:
                self._give_back(lent.pop())

        return release


def _doubled(size: int) -> int:
    """Round up to a power of two, so that growing buffers are few."""
    return 1 << (size - 1).bit_length()


def _nothing() -> None:
    """Nobody waits for a copy."""
