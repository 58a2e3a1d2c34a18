"""What else can be found on a port: other services, and a wire that stops carrying."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.app.psync_process import DEADLINE_SECONDS, HOST

PART_BYTES = 64 * 1024


@contextmanager
def service(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A service on a port of its own that treats each connection with `answer`; gives the port."""
    with socket.create_server((HOST, 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, answer))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(DEADLINE_SECONDS)


def _serve(server: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            answer(connection)


def silent(connection: socket.socket) -> None:
    """Accept, and say nothing until the other side leaves."""
    while connection.recv(PART_BYTES):
        pass


def talkative(connection: socket.socket) -> None:
    """Greet as a mail server does."""
    connection.sendall(b"220 mail.example ESMTP\r\n")
    silent(connection)


def web(connection: socket.socket) -> None:
    """Answer as a web server does to what it cannot read."""
    connection.recv(PART_BYTES)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def hanging_up(connection: socket.socket) -> None:
    """Leave at once."""


class Wire:
    """A wire to a port that carries `bytes_max` in one direction and then holds the rest back.

    Whoever waits for `is_stuck` finds both sides in the middle of their work.
    """

    def __init__(self, port: int, *, to_listener: bool, bytes_max: int) -> None:
        self.is_stuck = threading.Event()
        self._port = port
        self._to_listener = to_listener
        self._bytes_max = bytes_max

    def carry(self, client: socket.socket) -> None:
        """Be the service: carry one connection until either side ends it."""
        with socket.create_connection((HOST, self._port)) as listener:
            limits = (self._bytes_max, None) if self._to_listener else (None, self._bytes_max)
            back = threading.Thread(target=self._pass_on, args=(listener, client, limits[1]))
            back.start()
            self._pass_on(client, listener, limits[0])
            back.join(DEADLINE_SECONDS)

    def _pass_on(self, source: socket.socket, target: socket.socket, bytes_max: int | None) -> None:
        carried = 0
        with suppress(OSError):
            while part := source.recv(PART_BYTES):
                carried += len(part)
                if bytes_max is not None and carried > bytes_max:
                    self.is_stuck.set()
                else:
                    target.sendall(part)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(port: int, *, to_listener: bool = True, bytes_max: int = 2**20) -> Iterator[tuple[int, Wire]]:
    """A wire to the listener at `port`; gives the port to dial, and the wire."""
    carrier = Wire(port, to_listener=to_listener, bytes_max=bytes_max)
    with service(carrier.carry) as dialled:
        yield dialled, carrier
