"""Simulated stream sockets, with the methods that asyncio calls on a real one.

Only what asyncio and psync use is here; anything else is an AttributeError.
"""

import errno
import socket
import struct
from collections import deque
from collections.abc import Iterable
from selectors import EVENT_READ
from typing import TYPE_CHECKING

from sim.failure import failure
from sim.process import Process
from sim.tcp import TcpEnd

if TYPE_CHECKING:
    from sim.stack import Stack

Address = tuple[str, int]
Buffer = bytes | bytearray | memoryview

_LINGER = (socket.SOL_SOCKET, socket.SO_LINGER)


class SimSocket:
    """A TCP socket of one process; never blocks.

    It is one after another: new, then listening (`_queue` is set) or connecting
    (`remote` is set), then connected (`end` is set), closed at last.
    """

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = socket.IPPROTO_TCP

    def __init__(self, stack: "Stack", fd: int, owner: Process) -> None:
        self.stack = stack
        self.owner = owner
        owner.own(self)
        self.local: Address = ("0.0.0.0", 0)
        self.remote: Address | None = None
        self._fd = fd
        self.end: TcpEnd | None = None
        self._queue: deque[SimSocket] | None = None
        self._backlog = 0
        self._is_closed = False
        self._error = 0
        self._options: dict[tuple[int, int], int | bytes] = {}

    def __repr__(self) -> str:
        return f"<SimSocket {self.local} {self.remote}>"

    @property
    def is_connecting(self) -> bool:
        """Whether an answer to `connect` is awaited."""
        return bool(self.remote and not (self.end or self._error or self._is_closed))

    @property
    def is_listening(self) -> bool:
        """Whether connections are accepted here."""
        return self._queue is not None

    @property
    def is_full(self) -> bool:
        """Whether more connections wait to be accepted than the program asked for."""
        return len(self._queue or ()) > self._backlog

    def readiness(self, asked: int) -> int:
        """What a selector reports while there is no connection: of the events that it asks for, those that are there."""
        if self._queue is not None:
            return asked & EVENT_READ if self._queue else 0
        return asked if self._error else 0

    # What asyncio calls

    def fileno(self) -> int:
        """The descriptor, -1 once closed."""
        return -1 if self._is_closed else self._fd

    def setblocking(self, flag: bool) -> None:
        """Accept False, which is how it is; a blocking socket would stop the world."""
        assert not flag, "a simulated socket cannot block"

    def gettimeout(self) -> float:
        """Zero: never blocks."""
        return 0.0

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Remember an option; only SO_LINGER changes anything."""
        self._options[level, option] = value

    def getsockopt(self, level: int, option: int, length: int = 0) -> int | bytes:
        """Give an option as it was set, or take the pending error."""
        if (level, option) != (socket.SOL_SOCKET, socket.SO_ERROR):
            return self._options.get((level, option), 0)
        if self.end:
            return self.end.take_error()
        return self._error

    def getsockname(self) -> Address:
        """The address on this machine."""
        return self.local

    def getpeername(self) -> Address:
        """The address of the other machine."""
        if self.remote is None:
            raise failure(errno.ENOTCONN)
        return self.remote

    def bind(self, address: Address) -> None:
        """Take a local address."""
        self.stack.bind(self, address)

    def listen(self, backlog: int) -> None:
        """Wait for connections, or change how many may wait."""
        if self._queue is None:
            self._queue = deque()
        self._backlog = backlog

    def accept(self) -> "tuple[SimSocket, Address]":
        """Take the next connection."""
        if not self._queue:
            raise failure(errno.EAGAIN)
        accepted = self._queue.popleft()
        return accepted, accepted.getpeername()

    def connect(self, address: Address) -> None:
        """Begin to connect; always raises EINPROGRESS, as a socket that does not block."""
        self.stack.connect(self, address)
        raise failure(errno.EINPROGRESS)

    def recv(self, length: int) -> bytes:
        """Receive up to `length` bytes."""
        return self._connected().receive(length)

    def recv_into(self, buffer: Buffer) -> int:
        """Receive into a buffer."""
        view = memoryview(buffer).cast("B")
        data = self.recv(len(view))
        view[: len(data)] = data
        return len(data)

    def send(self, data: Buffer) -> int:
        """Send what there is room for."""
        return self._connected().send(bytes(data))

    def sendmsg(self, buffers: Iterable[Buffer]) -> int:
        """Send what there is room for, from several buffers."""
        return self.send(b"".join(buffers))

    def shutdown(self, how: int) -> None:
        """End the outgoing stream."""
        assert how == socket.SHUT_WR, "only SHUT_WR is simulated"
        self._connected().end_sending()

    def close(self) -> None:
        """Give up the descriptor; what that means for the connection is said in `sim.tcp`."""
        if self._is_closed:
            return
        self.stack.network.close_socket(self)
        self.owner.disown(self)
        self._is_closed = True
        for waiting in self._queue or ():
            waiting.abort()
        if self.end:
            self.end.close(abort=self._lingers_for_nothing())

    # What the handshake calls

    def enqueue(self, local: Address, remote: Address, end: TcpEnd) -> None:
        """A client has connected to this listening socket."""
        assert self._queue is not None
        accepted = self.stack.network.open_socket(self.stack, self.owner)
        accepted.local, accepted.remote, accepted.end = local, remote, end
        self._queue.append(accepted)

    def establish(self, end: TcpEnd) -> None:
        """The other machine has accepted; reset the connection if nobody wants it any more."""
        self.end = end
        if self._is_closed:
            end.close(abort=True)

    def vanish(self) -> None:
        """Be lost in a power cut; its machine tells nobody."""
        self.stack.network.close_socket(self)
        self._is_closed = True
        if self.end:
            self.end.vanish()

    def refuse(self, number: int) -> None:
        """There will be no connection, for the reason `number`."""
        self._error = number

    def abort(self) -> None:
        """Close with a reset, as a kernel does with connections that nobody accepted."""
        self.setsockopt(*_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def _connected(self) -> TcpEnd:
        if self._is_closed:
            raise failure(errno.EBADF)
        if self.end is None:
            raise failure(self._error or errno.ENOTCONN)
        return self.end

    def _lingers_for_nothing(self) -> bool:
        linger = self._options.get(_LINGER)
        return isinstance(linger, bytes) and struct.unpack("ii", linger) == (1, 0)
