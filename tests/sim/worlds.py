"""Short ways to run a piece of code as a program of a simulated machine."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from psync.system import System
from sim.machine import Machine
from sim.process import Process
from sim.world import World

Body = Callable[[System], Coroutine[Any, Any, object]]


def run_alone(body: Body, seed: int = 1) -> object:
    """Run `body` as the only program of a world; give its result."""
    with World(seed) as world:
        return world.run(result_of(world.machine("alpha"), body))


async def result_of(machine: Machine, body: Body) -> object:
    """Run `body` as a program of a machine; give its result."""
    results: list[object] = []

    async def main(settings: None, system: System) -> int:
        results.append(await body(system))
        return 0

    await machine.start(main, None).wait()
    return results[0]


async def start_until_ready(
    machine: Machine, body: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> Process:
    """Start `body` as a program that goes on, and wait until it sets the event that it is given."""
    ready = asyncio.Event()

    async def main(settings: None, system: System) -> int:
        await body(ready)
        return 0

    process = machine.start(main, None)
    await ready.wait()
    return process
