"""The life and death of simulated processes."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from psync.system import System
from sim.process import Process, current_process
from sim.world import World

Scenario = Callable[[World], Coroutine[Any, Any, object]]


def _run(scenario: Scenario) -> object:
    with World(seed=1) as world:
        return world.run(scenario(world))


async def _wait_for_ever(settings: object, system: System) -> int:
    await asyncio.Event().wait()
    return 0


@pytest.mark.parametrize(
    ("end", "exit_code"),
    [
        (lambda process: process.kill(), -9),
        (lambda process: process.send_signal(signal.SIGTERM), -15),
        (lambda process: (process.kill(), process.kill()), -9),
    ],
)
def test_a_process_that_is_ended_by_a_signal_says_which(end: Callable[[Process], object], exit_code: int):
    async def scenario(world: World) -> int:
        process = world.machine("alpha").start(_wait_for_ever, None)
        await asyncio.sleep(1)
        end(process)
        return await process.wait()

    assert _run(scenario) == exit_code


def test_a_program_may_handle_a_signal():
    async def main(settings: None, system: System) -> int:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
        return 3

    async def scenario(world: World) -> int:
        process = world.machine("alpha").start(main, None)
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        return await process.wait()

    assert _run(scenario) == 3


def test_nothing_handles_a_kill():
    async def main(settings: None, system: System) -> int:
        asyncio.get_running_loop().add_signal_handler(signal.SIGKILL, print)
        return await _wait_for_ever(None, system)

    async def scenario(world: World) -> int:
        process = world.machine("alpha").start(main, None)
        await asyncio.sleep(1)
        process.kill()
        return await process.wait()

    assert _run(scenario) == -9


def test_no_code_of_a_killed_process_runs_again():
    ran: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(2)
        finally:
            ran.append("child")

    async def main(settings: None, system: System) -> int:
        asyncio.get_running_loop().call_later(2, ran.append, "timer")
        tasks = [
            asyncio.ensure_future(child()),
            asyncio.ensure_future(asyncio.to_thread(ran.append, "thread")),
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            ran.append("main")
        return 0

    async def scenario(world: World) -> list[str]:
        process = world.machine("alpha").start(main, None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        process.kill()
        await asyncio.sleep(5)
        return list(ran)

    assert _run(scenario) == []


@pytest.mark.parametrize("has_unread_data", [False, True])
def test_the_kernel_closes_the_connections_of_a_killed_process(has_unread_data: bool):
    async def listen(settings: asyncio.Event, system: System) -> int:
        server = await asyncio.start_server(
            lambda reader, writer: writer.transport.pause_reading(), None, 7000
        )
        settings.set()
        await server.serve_forever()
        return 0

    async def call(settings: list[object], system: System) -> int:
        reader, writer = await asyncio.open_connection("beta", 7000)
        writer.write(b"unread" if has_unread_data else b"")
        try:
            settings.append(await reader.read())
        except ConnectionResetError:
            settings.append("reset")
        writer.close()
        return 0

    async def scenario(world: World) -> object:
        ready, outcomes = asyncio.Event(), list[object]()
        listener = world.machine("beta").start(listen, ready)
        await ready.wait()
        caller = world.machine("alpha").start(call, outcomes)
        await asyncio.sleep(1)
        listener.kill()
        await caller.wait()
        return outcomes

    assert _run(scenario) == (["reset"] if has_unread_data else [b""])


def test_a_scenario_has_no_network_of_its_own():
    async def scenario(world: World) -> object:
        with pytest.raises(RuntimeError, match=r"Machine\.start"):
            current_process()
        with pytest.raises(RuntimeError, match=r"Machine\.start"):
            await asyncio.open_connection("alpha", 7000)
        return True

    assert _run(scenario)
