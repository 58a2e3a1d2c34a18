"""Names, addresses and ports of simulated machines."""

import asyncio
import errno
import socket

import pytest

from psync.system import System
from sim.world import World
from tests.sim.worlds import result_of, run_alone, start_until_ready


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello")
    writer.close()


async def _call(host: str, port: int = 7000) -> object:
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except socket.gaierror:
        return "no such name"
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    answer = await reader.read()
    writer.close()
    return answer


def _call_from(caller: str, listening_host: str | list[str] | None, called_host: str) -> object:
    """A listener on beta, a caller on alpha or on beta itself."""

    async def listen(ready: asyncio.Event) -> None:
        server = await asyncio.start_server(_greet, listening_host, 7000)
        ready.set()
        await server.serve_forever()

    async def scenario(world: World) -> object:
        machines = {name: world.machine(name) for name in ("alpha", "beta")}
        world.network.aliases["delta.example"] = "beta"
        await start_until_ready(machines["beta"], listen)
        return await result_of(machines[caller], lambda system: _call(called_host))

    with World(seed=1) as world:
        return world.run(scenario(world))


@pytest.mark.parametrize(
    ("caller", "listening_host", "called_host", "outcome"),
    [
        ("alpha", None, "beta", b"hello"),
        ("alpha", "", "BETA", b"hello"),
        ("alpha", "0.0.0.0", "10.0.0.2", b"hello"),
        ("alpha", "beta", "beta", b"hello"),
        ("alpha", ["127.0.0.1", "10.0.0.2"], "beta", b"hello"),
        ("alpha", "127.0.0.1", "beta", "ECONNREFUSED"),
        ("alpha", None, "127.0.0.1", "ECONNREFUSED"),
        ("alpha", None, "localhost", "ECONNREFUSED"),
        ("alpha", None, "alpha", "ECONNREFUSED"),
        ("alpha", None, "Delta.Example", b"hello"),
        ("alpha", None, "gamma", "no such name"),
        ("alpha", None, "10.0.0.9", "ETIMEDOUT"),
        ("alpha", None, "::1", "EAFNOSUPPORT"),
        ("beta", "127.0.0.1", "localhost", b"hello"),
        ("beta", "localhost", "127.0.0.1", b"hello"),
        ("beta", "127.0.0.1", "0.0.0.0", b"hello"),
        ("beta", "127.0.0.1", "beta", "ECONNREFUSED"),
        ("beta", "beta", "localhost", "ECONNREFUSED"),
        ("beta", None, "beta", b"hello"),
    ],
)
def test_a_call_reaches_who_listens_there(caller, listening_host, called_host, outcome):
    assert _call_from(caller, listening_host, called_host) == outcome


@pytest.mark.parametrize(
    ("host", "port", "outcome"),
    [
        ("127.0.0.1", 0, "bound"),
        (None, 7000, "EADDRINUSE"),
        ("127.0.0.1", 7000, "EADDRINUSE"),
        ("alpha", 7000, "bound"),
        ("127.0.0.1", 7001, "bound"),
        ("10.0.0.9", 7001, "EADDRNOTAVAIL"),
        ("127.0.0.1", 80, "EACCES"),
    ],
)
def test_an_address_is_taken_once(host: str | None, port: int, outcome: str):
    async def body(system: System) -> object:
        taken = await asyncio.start_server(_greet, "127.0.0.1", 7000)
        try:
            second = await asyncio.start_server(_greet, host, port)
        except OSError as error:
            return errno.errorcode[error.errno or 0]
        finally:
            taken.close()
        second.close()
        return "bound"

    assert run_alone(body) == outcome


def test_a_socket_that_is_bound_but_does_not_listen_refuses():
    async def body(system: System) -> object:
        server = await asyncio.start_server(_greet, "127.0.0.1", 7000, start_serving=False)
        outcome = await _call("127.0.0.1")
        server.close()
        return outcome

    assert run_alone(body) == "ECONNREFUSED"


def test_a_port_is_free_again_once_its_listener_is_closed():
    async def listen_and_close(system: System) -> int:
        server = await asyncio.start_server(_greet, "127.0.0.1", 7000)
        server.close()
        return 1

    async def body(system: System) -> object:
        return [await listen_and_close(system) for _ in range(3)]

    assert run_alone(body) == [1, 1, 1]


def test_ports_that_nobody_chose_differ():
    async def body(system: System) -> object:
        servers = [await asyncio.start_server(_greet, "127.0.0.1", 0) for _ in range(3)]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        for server in servers:
            server.close()
        return len(set(ports)), min(ports) >= 1024

    assert run_alone(body) == (3, True)
