"""Event loops that forgive nothing: no complaint, no task left behind, no error that nobody took."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from psync.system import System
from sim.world import World

T = TypeVar("T")

# Nothing here takes nearly as long; it ends a test that hangs before the whole suite is stopped.
SECONDS_MAX = 60.0


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run on a real loop in debug mode."""
    complaints: list[dict[str, Any]] = []
    with asyncio.Runner(debug=True) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: complaints.append(context))
        runner.get_loop().slow_callback_duration = SECONDS_MAX
        result = runner.run(_watched(main, SECONDS_MAX))
        gc.collect()  # what nobody took complains when it is freed
    assert complaints == []
    return result


def run_virtually(main: Callable[[System], Awaitable[T]], seed: int = 1) -> T:
    """Run as a program of one simulated machine, where waiting costs nothing."""
    results: list[T] = []

    async def program(_settings: None, system: System) -> int:
        results.append(await _watched(main(system), 100_000.0))
        return 0

    with World(seed) as world:
        world.run(world.machine("here").start(program, None).wait())
    return results[0]


async def _watched(main: Awaitable[T], seconds_max: float) -> T:
    before = asyncio.all_tasks()
    abandoned: list[str] = []
    hooks = sys.get_asyncgen_hooks()
    # A generator that is left to the collector is closed in a task of its own, at no certain moment.
    sys.set_asyncgen_hooks(finalizer=lambda generator: abandoned.append(generator.__qualname__))
    async with asyncio.timeout(seconds_max):
        result = await main
    for _ in range(3):
        await asyncio.sleep(0)  # a transport that was aborted needs a turn
    sys.set_asyncgen_hooks(*hooks)
    assert asyncio.all_tasks() - before == set()
    assert abandoned == []
    return result
