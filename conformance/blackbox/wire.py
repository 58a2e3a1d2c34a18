"""One connection, byte by byte, against deadlines; all that went over it is kept."""

import socket
import time
from contextlib import suppress
from types import TracebackType
from typing import Protocol

from msgspec import Struct

READ_BYTES = 1 << 16

# Far more than a listener has to say to anything that the suite asks.
REST_BYTES_MAX = 1 << 22


class Unanswered(Exception):
    """The listener did not say what is due, or said what means nothing: what it was judged for remains unknown."""


class Address(Struct, frozen=True):
    """Where the listener is."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp:{host}:{self.port}"


class Deadlines(Struct, frozen=True):
    """How long each thing may take, in seconds; `handshake` is PROTOCOL.md's.

    `prompt`: what must not wait for the end of the handshake's time. `quiet`: how long to listen for
    what must not come. `busy`: how long to try a listener that takes nobody now.
    """

    connect: float = 10.0
    answer: float = 10.0
    handshake: float = 10.0
    grace: float = 5.0
    prompt: float = 5.0
    quiet: float = 0.3
    busy: float = 20.0


class Line(Protocol):
    """A connection as whoever carries it has it."""

    def send(self, data: bytes) -> None:
        """Send; nobody is told where the other side has gone."""

    def receive(self, count: int, seconds: float) -> bytes | None:
        """Give some bytes, none at the end, or None when the time is over."""

    def close(self) -> None:
        """End it on this side."""


class SocketLine:
    """A connection of this machine."""

    def __init__(self, address: Address, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        try:
            self._socket = socket.create_connection((address.host, address.port), deadlines.connect)
        except OSError as error:
            raise Unanswered(f"cannot be reached: {error.strerror or error}") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """See `Line`."""
        self._socket.settimeout(self._deadlines.answer)
        with suppress(OSError):
            self._socket.sendall(data)

    def receive(self, count: int, seconds: float) -> bytes | None:
        """See `Line`."""
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(count)
        except TimeoutError:
            return None
        except OSError:
            return b""

    def close(self) -> None:
        """See `Line`."""
        self._socket.close()


class Wire:
    """A connection. What it reads is waited for until a deadline, never longer."""

    def __init__(self, line: Line, deadlines: Deadlines) -> None:
        self.sent = bytearray()
        self.received = bytearray()
        self.is_ended = False
        self._deadlines = deadlines
        self._line = line

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def send(self, data: bytes) -> None:
        """Send; whether the listener still wants it shows when something is read."""
        self.sent += data
        self._line.send(data)

    def read(self, count: int, what: str) -> bytes:
        """Give exactly so many bytes; raise `Unanswered`, which says what they should have been."""
        data, deadline = b"", time.monotonic() + self._deadlines.answer
        while len(data) < count:
            part = self._receive(count - len(data), deadline)
            if part is None:
                raise Unanswered(f"says nothing more for {self._deadlines.answer:g} seconds, {what} is due")
            if not part:
                raise Unanswered(f"ends the connection after {len(data)} of {count} bytes of {what}")
            data += part
        return data

    def rest(self, seconds: float) -> bytes:
        """Give all that comes until the listener ends the connection (then `is_ended`) or the time is over."""
        data, deadline = b"", time.monotonic() + seconds
        while not self.is_ended and len(data) < REST_BYTES_MAX:
            part = self._receive(READ_BYTES, deadline)
            if part is None:
                break
            data += part
        return data

    def _receive(self, count: int, deadline: float) -> bytes | None:
        """Some bytes, none at the end, or None when the time is over."""
        data = self._line.receive(count, max(0.001, deadline - time.monotonic()))
        if data is not None:
            self.received += data
            self.is_ended = not data
        return data
