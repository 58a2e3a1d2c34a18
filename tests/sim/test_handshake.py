"""How connections come about between machines, and how long it takes where nobody answers."""

import asyncio

from psync.system import System
from sim.world import World
from tests.sim.worlds import result_of, run_alone, start_until_ready


async def _time_of(attempt: asyncio.Future[object] | asyncio.Task[object]) -> tuple[str, float]:
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        await attempt
    except OSError as error:
        return type(error).__name__, loop.time() - start
    return "connected", loop.time() - start


async def _dial(host: str, port: int) -> object:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    return None


def test_an_address_that_nobody_has_is_given_up_after_as_long_as_linux_tries():
    async def body(system: System) -> object:
        outcome, seconds = await _time_of(asyncio.ensure_future(_dial("10.0.0.99", 7000)))
        return outcome, round(seconds)

    assert run_alone(body) == ("TimeoutError", 127)


def test_a_caller_is_refused_within_a_round_trip():
    async def scenario(world: World) -> object:
        caller, _ = world.machine("alpha"), world.machine("beta")
        return await result_of(caller, lambda system: _time_of(asyncio.ensure_future(_dial("beta", 7000))))

    with World(seed=1) as world:
        outcome, seconds = world.run(scenario(world))

    assert (outcome, seconds < 0.01) == ("ConnectionRefusedError", True)


def test_a_full_queue_makes_callers_wait_until_there_is_room():
    async def body(system: System) -> object:
        accepted = []
        server = await asyncio.start_server(
            lambda reader, writer: accepted.append(writer), "127.0.0.1", 7000, backlog=1, start_serving=False
        )
        server._sockets[0].listen(1)
        calls = [asyncio.ensure_future(_dial("127.0.0.1", 7000)) for _ in range(4)]
        await asyncio.sleep(0.5)
        connected_at_once = sum(call.done() for call in calls)
        await server.start_serving()
        await asyncio.gather(*calls)
        await asyncio.sleep(0.1)
        server.close()
        for writer in accepted:
            writer.close()
        return connected_at_once, len(accepted)

    assert run_alone(body) == (2, 4)


def test_a_caller_that_has_given_up_leaves_a_reset_connection():
    async def body(system: System) -> object:
        outcomes: asyncio.Queue[str] = asyncio.Queue()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                outcomes.put_nowait(f"{await reader.read()!r}")
            except ConnectionResetError:
                outcomes.put_nowait("reset")
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 7000)
        call = asyncio.ensure_future(_dial("127.0.0.1", 7000))
        await asyncio.sleep(0)
        call.cancel()
        outcome = await outcomes.get()
        server.close()
        return outcome

    assert run_alone(body) == "reset"


def test_latency_is_that_of_the_route():
    async def listen(ready: asyncio.Event) -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), None, 7000)
        ready.set()
        await server.serve_forever()

    async def scenario(world: World) -> float:
        caller, called = world.machine("alpha"), world.machine("beta")
        await start_until_ready(called, listen)
        _, near = await result_of(caller, lambda system: _time_of(asyncio.ensure_future(_dial("beta", 7000))))
        world.network.route = type(world.network.route)(
            latency_ns_min=100_000_000, latency_ns_max=100_000_000
        )
        _, far = await result_of(caller, lambda system: _time_of(asyncio.ensure_future(_dial("beta", 7000))))
        return near < 0.01, round(far, 2)

    with World(seed=1) as world:
        assert world.run(scenario(world)) == (True, 0.2)
