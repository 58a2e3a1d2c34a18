"""Simulated sockets, as asyncio and programs see them; the battery in test_network.py compares with Linux."""

import asyncio
import errno
import socket
from collections.abc import Callable
from selectors import EVENT_READ, EVENT_WRITE

import pytest

from psync.system import System
from sim.loop import SimLoop
from sim.process import current_process
from sim.sockets import SimSocket
from tests.sim.worlds import run_alone


def _with_a_socket(use: Callable[[SimSocket], object]) -> object:
    """Use a new socket within a program; give the result, or the name of the error."""

    async def body(system: System) -> object:
        stack = current_process().stack
        sock = stack.network.open_socket(stack, current_process())
        try:
            return use(sock)
        except OSError as error:
            return errno.errorcode[error.errno or 0]

    return run_alone(body)


def _closed(sock: SimSocket) -> SimSocket:
    sock.close()
    return sock


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (lambda sock: sock.recv(1), "ENOTCONN"),
        (lambda sock: sock.send(b"x"), "ENOTCONN"),
        (lambda sock: sock.shutdown(socket.SHUT_WR), "ENOTCONN"),
        (lambda sock: sock.getpeername(), "ENOTCONN"),
        (lambda sock: sock.accept(), "EAGAIN"),
        (lambda sock: sock.connect(("127.0.0.1", 9)), "EINPROGRESS"),
        (lambda sock: sock.getsockname(), ("0.0.0.0", 0)),
        (lambda sock: sock.gettimeout(), 0.0),
        (lambda sock: sock.readiness(EVENT_READ | EVENT_WRITE), 0),
        (lambda sock: _closed(sock).recv(1), "EBADF"),
        (lambda sock: _closed(sock).fileno(), -1),
        (lambda sock: _closed(_closed(sock)).fileno(), -1),
    ],
)
def test_a_socket_that_is_not_connected_says_so(use: Callable[[SimSocket], object], expected: object):
    assert _with_a_socket(use) == expected


def test_options_are_remembered():
    def use(sock: SimSocket) -> object:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return (
            sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF),
            sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
        )

    assert _with_a_socket(use) == (1, 0, 0)


def test_connections_that_nobody_accepted_are_reset_when_the_listener_closes():
    async def body(system: System) -> object:
        server = await asyncio.start_server(
            lambda reader, writer: None, "127.0.0.1", 7000, start_serving=False
        )
        server._sockets[0].listen(10)
        reader, writer = await asyncio.open_connection("127.0.0.1", 7000)
        server.close()
        try:
            return await reader.read()
        except ConnectionResetError:
            return "reset"
        finally:
            writer.close()

    assert run_alone(body) == "reset"


def test_a_real_descriptor_is_never_mistaken_for_a_simulated_one():
    async def body(system: System) -> object:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimLoop)
        with socket.socket() as real, pytest.raises(RuntimeError, match="real"):
            loop.add_reader(real.fileno(), print)
        return True

    assert run_alone(body)
