"""The wire in front of a listener, by real sockets: it carries and listens in, and fails as it is told."""

import socket
import threading
from collections.abc import Iterator

import pytest

from conformance.adapters.wire import PART_BYTES, RESET, Network, Wire

# No test waits for as long; one that hangs is ended by it.
SECONDS_MAX = 10.0

# How long something has to stay away to be called away.
AWAY_SECONDS = 0.2


class Ends:
    """A server, a wire in front of it, and one connection through it."""

    def __init__(self) -> None:
        self.network = Network()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(SECONDS_MAX)
        self.near = ("127.0.0.1", free_port())
        self.wire = Wire(self.network, self.near, self.server.getsockname())
        self.client, self.peer = self.connection()

    def connection(self) -> tuple[socket.socket, socket.socket]:
        """Both ends of another one."""
        client = socket.create_connection(self.near, SECONDS_MAX)
        peer, _ = self.server.accept()
        peer.settimeout(SECONDS_MAX)
        return client, peer

    def close(self) -> None:
        """End all of it."""
        self.network.heal_all()
        for one in (self.client, self.peer, self.server):
            one.close()
        self.wire.drop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def received(end: socket.socket, size: int) -> bytes:
    """So many bytes, or all there are."""
    found = b""
    while len(found) < size and (data := end.recv(size - len(found))):
        found += data
    return found


def is_silent(end: socket.socket) -> bool:
    end.settimeout(AWAY_SECONDS)
    try:
        return not end.recv(1)
    except TimeoutError:
        return True
    finally:
        end.settimeout(SECONDS_MAX)


@pytest.fixture
def ends() -> Iterator[Ends]:
    ends = Ends()
    yield ends
    ends.close()


def test_it_carries_in_both_directions_and_hears_all_of_it(ends: Ends) -> None:
    ends.client.sendall(b"there")
    assert received(ends.peer, 5) == b"there"
    ends.peer.sendall(b"and back")
    assert received(ends.client, 8) == b"and back"

    assert bytes(ends.network.heard) == b"thereand back"


def test_it_carries_more_than_fits_into_it(ends: Ends) -> None:
    data = bytes(range(256)) * (PART_BYTES // 64)
    sender = threading.Thread(target=ends.client.sendall, args=(data,))
    sender.start()

    assert received(ends.peer, len(data)) == data
    sender.join()


def test_the_end_of_one_direction_is_told_and_the_other_goes_on(ends: Ends) -> None:
    ends.client.shutdown(socket.SHUT_WR)
    assert ends.peer.recv(1) == b""
    ends.peer.sendall(b"more")

    assert received(ends.client, 4) == b"more"


def test_it_is_silent_until_it_is_healed(ends: Ends) -> None:
    ends.network.arm("fault", "silent", 4)
    ends.client.sendall(b"1234")
    assert received(ends.peer, 4) == b"1234"
    ends.client.sendall(b"5")
    assert is_silent(ends.peer)

    ends.network.heal("fault")

    assert received(ends.peer, 1) == b"5"


def test_bytes_before_a_fault_was_armed_do_not_count(ends: Ends) -> None:
    ends.client.sendall(b"12345678")
    received(ends.peer, 8)
    ends.network.arm("fault", "reset", 4)
    ends.client.sendall(b"1234")

    assert received(ends.peer, 4) == b"1234"


def test_a_reset_reaches_both_ends_and_what_comes_too_late_does_not_arrive(ends: Ends) -> None:
    ends.network.arm("fault", "reset", 4)
    ends.client.sendall(b"12345")

    for end in (ends.client, ends.peer):
        with pytest.raises(ConnectionResetError):
            end.recv(1)
    assert b"12345" in ends.network.heard


def test_connections_work_again_after_a_reset_was_healed(ends: Ends) -> None:
    ends.network.arm("fault", "reset", 0)
    ends.client.sendall(b"1")
    with pytest.raises(ConnectionResetError):
        ends.client.recv(1)
    ends.network.heal("fault")

    client, peer = ends.connection()
    with client, peer:
        client.sendall(b"again")
        assert received(peer, 5) == b"again"


def test_a_peer_that_resets_resets_the_other_side(ends: Ends) -> None:
    ends.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    ends.peer.close()

    with pytest.raises(ConnectionResetError):
        ends.client.recv(1)


def test_where_nobody_listens_a_connection_is_reset(ends: Ends) -> None:
    ends.server.close()
    with (
        pytest.raises(ConnectionResetError),  # even before the connection is there
        socket.create_connection(ends.near, SECONDS_MAX) as client,
    ):
        client.recv(1)


def test_a_wire_that_is_cut_takes_nobody_and_carries_who_is_there(ends: Ends) -> None:
    ends.wire.cut()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(ends.near, SECONDS_MAX)
    ends.client.sendall(b"still")
    assert received(ends.peer, 5) == b"still"


def test_a_wire_that_is_dropped_ends_who_is_there_and_no_thread_stays() -> None:
    before = threading.enumerate()
    ends = Ends()

    ends.wire.drop()

    assert (ends.client.recv(1), ends.peer.recv(1)) == (b"", b"")
    assert threading.enumerate() == before
    ends.close()
