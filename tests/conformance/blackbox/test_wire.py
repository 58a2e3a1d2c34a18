"""Nothing that is read is waited for longer than the deadline, and the complaint says what was due."""

import socket
import threading
from collections.abc import Callable

import pytest

from conformance.blackbox.wire import Address, Deadlines, SocketLine, Unanswered, Wire

SHORT = Deadlines(connect=2, answer=0.2)


def wire_to(serve: Callable[[socket.socket], object]) -> Wire:
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with server, server.accept()[0] as connection:
            serve(connection)
            connection.recv(1)

    threading.Thread(target=accept, daemon=True).start()
    return Wire(SocketLine(Address("127.0.0.1", server.getsockname()[1]), SHORT), SHORT)


def test_what_is_due_is_read_in_whatever_pieces_and_kept() -> None:
    with wire_to(lambda connection: [connection.send(part) for part in (b"ab", b"cd")]) as wire:
        assert wire.read(3, "three letters") == b"abc"
        assert wire.rest(0.05) == b"d"
    assert (bytes(wire.received), wire.is_ended) == (b"abcd", False)


def test_a_listener_that_says_too_little_is_not_waited_for() -> None:
    with (
        wire_to(lambda connection: connection.send(b"ab")) as wire,
        pytest.raises(Unanswered, match=r"says nothing more for 0\.2 seconds, three letters is due"),
    ):
        wire.read(3, "three letters")


def test_a_listener_that_ends_is_told_with_what_it_has_said() -> None:
    def serve(connection: socket.socket) -> None:
        connection.send(b"ab")
        connection.shutdown(socket.SHUT_WR)

    with wire_to(serve) as wire:
        with pytest.raises(Unanswered, match="after 2 of 3 bytes of three letters"):
            wire.read(3, "three letters")
        wire.send(b"x")
        assert wire.is_ended


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(Unanswered, match="cannot be reached: Connection refused"):
        SocketLine(Address("127.0.0.1", port), SHORT)


@pytest.mark.parametrize(("host", "text"), [("::1", "tcp:[::1]:7333"), ("server", "tcp:server:7333")])
def test_an_address_is_written_as_it_is_typed(host: str, text: str) -> None:
    assert str(Address(host, 7333)) == text
