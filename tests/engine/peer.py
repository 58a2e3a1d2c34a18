"""The other side of a connection in the hands of a test: it says and reads only what it is told to."""

import asyncio
from collections import deque

from psync.wire.connection import Connection, Event, Received
from psync.wire.handshake import Established, Handshake
from psync.wire.identity import Identity
from psync.wire.keys import UNKEYED_PRS, Role, Secret, mode_of
from psync.wire.messages import CONNECTION_STREAM, Close, Hello, Message
from psync.wire.seal import OVERHEAD_BYTES

RANDOM = {Role.CLIENT: bytes(range(64)), Role.LISTENER: bytes(range(64, 128))}
IDENTITY = Identity.from_bytes(bytes(range(128, 160)))


def connection(role: Role, prs: Secret = UNKEYED_PRS) -> Connection:
    """One side with fixed randomness."""
    identity = IDENTITY if role is Role.LISTENER else None
    return Connection(role, Handshake(role, prs, mode_of(prs), RANDOM[role], identity))


class Peer:
    """Reads nothing unless asked, so that the socket between may fill up."""

    def __init__(self, role: Role, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection = connection(role)
        self._reader = reader
        self._writer = writer
        self._heard: deque[Event] = deque()
        writer.write(self.connection.opening)

    async def greet(self) -> None:
        """Shake hands and introduce itself."""
        await self.shake_hands()
        self.say(CONNECTION_STREAM, Hello("psync test", "peer"))

    async def shake_hands(self) -> Established:
        """Shake hands, and say nothing yet."""
        while not self.connection.is_established:
            await self._read()
        return next(event for event in self._heard if isinstance(event, Established))

    def say(self, stream: int, message: Message, bulk: bytes = b"") -> None:
        """Send a message, whatever credit there is."""
        self._writer.write(bytes(self.connection.send(stream, message, (bulk,) if bulk else ())))

    def say_record(self, plaintext: bytes) -> None:
        """Send what need not be a message, sealed as one."""
        sealed = bytearray(len(plaintext) + OVERHEAD_BYTES)
        sealer = self.connection._sealer
        assert sealer is not None
        sealer.seal_into(plaintext, memoryview(sealed))
        self._writer.write(bytes(sealed))

    def say_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)

    async def hear(self) -> Received | None:
        """Read the next message; None at the end of the stream."""
        while True:
            while self._heard:
                event = self._heard.popleft()
                if isinstance(event, Received):
                    return event
            if not await self._read():
                return None

    async def expect(self) -> Received:
        """Read the next message, which must come."""
        received = await self.hear()
        assert received is not None
        return received

    async def hear_goodbye(self) -> Close | None:
        """Read on until the other side says goodbye; None if it never does."""
        while (received := await self.hear()) is not None:
            if isinstance(received.message, Close):
                return received.message
        return None

    def hang_up(self) -> None:
        """Close the socket without a goodbye."""
        self._writer.close()

    async def gone(self) -> None:
        """Wait until the socket is closed on this side too."""
        self._writer.close()
        await self._writer.wait_closed()

    async def _read(self) -> bool:
        buffer = self.connection.receive_buffer()
        data = await self._reader.read(len(buffer))
        buffer[: len(data)] = data
        self._heard += self.connection.received(len(data))
        self._writer.write(self.connection.take_reply())
        return bool(data)
