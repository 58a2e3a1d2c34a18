"""asyncio on virtual time: order, deadlock, livelock, threads, and what is refused."""

import asyncio
import gc
import itertools
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from psync.system import System
from sim.loop import Deadlock, Livelock
from sim.world import World
from tests.expectations import does_not_raise
from tests.sim.worlds import run_alone


def _run(scenario: Callable[[World], Coroutine[Any, Any, object]], seed: int = 1) -> object:
    with World(seed) as world:
        return world.run(scenario(world))


def test_a_day_passes_at_once():
    async def scenario(world: World) -> float:
        await asyncio.sleep(86_400 * 3)
        return asyncio.get_running_loop().time()

    assert _run(scenario) == pytest.approx(86_400 * 3)


def test_sleepers_wake_in_the_order_of_time():
    async def scenario(world: World) -> list[float]:
        woken: list[float] = []

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(seconds)

        await asyncio.gather(*map(sleep, [0.3, 0.1, 0.2, 0.0]))
        return woken

    assert _run(scenario) == [0.0, 0.1, 0.2, 0.3]


def test_a_timeout_ends_what_takes_too_long():
    async def scenario(world: World) -> object:
        start = world.loop.time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        return world.loop.time() - start

    assert _run(scenario) == pytest.approx(60)


def test_a_deadlock_is_named_with_those_who_wait():
    async def never() -> None:
        await asyncio.Event().wait()

    async def scenario(world: World) -> None:
        await asyncio.gather(never(), asyncio.sleep(1))

    with pytest.raises(Deadlock, match=r"at 1000000000 ns.*never"):
        _run(scenario)


def test_a_program_that_runs_on_without_letting_time_pass_is_stopped():
    async def scenario(world: World) -> None:
        for _ in itertools.repeat(None):
            await asyncio.sleep(0)

    with pytest.raises(Livelock):
        _run(scenario)


def test_a_program_that_lets_time_pass_may_run_for_long():
    async def scenario(world: World) -> None:
        for _ in range(2):
            for _ in range(60_000):
                await asyncio.sleep(0)
            await asyncio.sleep(1)

    with does_not_raise():
        _run(scenario)


async def _sleep_until_cancelled(number: int, cancelled: list[int]) -> None:
    try:
        await asyncio.sleep(9)
    except asyncio.CancelledError:
        cancelled.append(number)
        raise


async def _work_until_one_fails(cancelled: list[int]) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(_sleep_until_cancelled(number, cancelled))
        await asyncio.sleep(1)
        raise ValueError


def test_tasks_in_sets_keep_the_order_of_their_creation():
    cancelled: list[int] = []

    with pytest.raises(ExceptionGroup):
        _run(lambda world: _work_until_one_fails(cancelled))
    assert cancelled == list(range(50))


def test_a_job_runs_at_once_in_one_piece_but_not_before_the_caller_waits():
    async def body(system: System) -> list[str]:
        order: list[str] = []
        job = asyncio.ensure_future(asyncio.to_thread(lambda: order.extend(["job begins", "job ends"])))
        await asyncio.sleep(0)
        order.append("caller goes on")
        await job
        return order

    assert run_alone(body) == ["caller goes on", "job begins", "job ends"]


@pytest.mark.parametrize("outcome", ["before the job", "after the job"])
def test_a_cancelled_job_has_run_or_not(outcome: str):
    async def body(system: System) -> str:
        ran: list[int] = []
        job = asyncio.ensure_future(asyncio.to_thread(ran.append, 1))
        await asyncio.sleep(0.0003)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        return "after the job" if ran else "before the job"

    assert outcome in {run_alone(body, seed) for seed in range(20)}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: asyncio.open_connection("localhost", 7000, ssl=ssl.create_default_context()),
        lambda: asyncio.open_connection("localhost", 7000, local_addr=("127.0.0.1", 1)),
        lambda: asyncio.start_server(print, "localhost", 7000, reuse_port=True),
    ],
    ids=["TLS", "a local address", "a shared port"],
)
def test_what_is_not_simulated_is_refused_and_named(attempt: Callable[[], Coroutine[Any, Any, object]]):
    async def body(system: System) -> object:
        with pytest.raises(NotImplementedError, match="simulated network has no"):
            await attempt()
        return True

    assert run_alone(body)


async def _serve_itself(settings: asyncio.Event, system: System) -> int:
    kept: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda reader, writer: kept.append(writer), "127.0.0.1", 7000)
    streams = [await asyncio.open_connection("127.0.0.1", 7000) for _ in range(3)]
    settings.set()
    try:
        await server.serve_forever()
    finally:
        await asyncio.sleep(1)
        streams[0][1].close()
    return 0


def test_a_process_that_dies_leaves_nothing_that_complains():
    async def scenario(world: World) -> None:
        ready = asyncio.Event()
        process = world.machine("alpha").start(_serve_itself, ready)
        await ready.wait()
        process.kill()

    _run(scenario)
    gc.collect()  # an unclosed transport or an unawaited coroutine would be a warning, which is an error here


async def _wait_for_ever() -> AsyncIterator[int]:
    yield 1
    await asyncio.Event().wait()


async def _pass_on() -> AsyncIterator[int]:
    async with aclosing(_wait_for_ever()) as numbers:
        async for number in numbers:
            yield number


async def _wait_in_generators(settings: asyncio.Event, system: System) -> int:
    kept = _pass_on()
    await anext(kept)
    async with aclosing(_pass_on()) as numbers:
        async for _ in numbers:
            settings.set()
    return 0


def test_a_process_that_dies_in_the_midst_of_generators_leaves_nothing_that_complains():
    async def scenario(world: World) -> None:
        ready = asyncio.Event()
        process = world.machine("alpha").start(_wait_in_generators, ready)
        await ready.wait()
        process.kill()

    _run(scenario)
    gc.collect()  # what a generator raises while it is freed would be a warning, which is an error here


async def _wait_again(ended: list[str], system: System) -> int:
    async def wait_inside() -> None:
        try:
            await asyncio.sleep(1)
        finally:
            try:
                await asyncio.sleep(1)
            finally:
                ended.append("inside")

    async def generate() -> AsyncIterator[None]:
        yield await wait_inside()

    try:
        async for _ in generate():
            pass
    finally:
        ended.append("outside")
    return 0


def test_what_waits_again_while_it_is_closed_is_closed_from_the_inside_out():
    ended: list[str] = []

    async def scenario(world: World) -> None:
        process = world.machine("alpha").start(_wait_again, ended)
        await asyncio.sleep(0.5)
        process.kill()

    _run(scenario)

    assert ended == ["inside", "outside"]
