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


async def _append_at_last(ran: list[str], name: str) -> None:
    try:
        await asyncio.sleep(2)
    finally:
        ran.append(name)


async def _wait_in_every_way(settings: list[str], system: System) -> int:
    asyncio.get_running_loop().call_later(2, settings.append, "timer")
    thread = asyncio.ensure_future(asyncio.to_thread(settings.append, "thread"))
    try:
        await asyncio.gather(_append_at_last(settings, "task"), thread)
    finally:
        settings.append("main")
    return 0


def test_no_code_of_a_killed_process_runs_again():
    async def scenario(world: World) -> list[str]:
        ran: list[str] = []
        process = world.machine("alpha").start(_wait_in_every_way, ran)
        for _ in range(4):
            await asyncio.sleep(0)
        process.kill()
        await asyncio.sleep(5)
        return list(ran)

    assert _run(scenario) == []


async def _accept_and_be_deaf(settings: asyncio.Event, system: System) -> int:
    kept: list[asyncio.StreamWriter] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()
        kept.append(writer)

    server = await asyncio.start_server(accept, None, 7000)
    settings.set()
    await server.serve_forever()
    return 0


async def _write_and_read(settings: list[bytes], system: System) -> int:
    """Write the only item of the settings, and put what is read in its place."""
    reader, writer = await asyncio.open_connection("beta", 7000)
    writer.write(settings[0])
    try:
        settings[0] = await reader.read()
    except ConnectionResetError:
        settings[0] = b"reset"
    writer.close()
    return 0


@pytest.mark.parametrize(("written", "read"), [(b"", b""), (b"unread", b"reset")])
def test_the_kernel_closes_the_connections_of_a_killed_process(written: bytes, read: bytes):
    async def scenario(world: World) -> list[bytes]:
        ready, message = asyncio.Event(), [written]
        listener = world.machine("beta").start(_accept_and_be_deaf, ready)
        await ready.wait()
        caller = world.machine("alpha").start(_write_and_read, message)
        await asyncio.sleep(1)
        listener.kill()
        await caller.wait()
        return message

    assert _run(scenario) == [read]


def test_a_program_may_be_killed_at_a_call_of_its_own_while_it_is_connected():
    async def main(settings: None, system: System) -> int:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 7000)
        reader, writer = await asyncio.open_connection("127.0.0.1", 7000)
        system.os.mkdir(b"/folder")
        return len((server, reader, writer))

    async def scenario(world: World) -> int:
        machine = world.machine("alpha")
        machine.watchers.append(lambda call: call.process.kill())
        return await machine.start(main, None).wait()

    assert _run(scenario) == -9


def test_a_scenario_has_no_network_of_its_own():
    async def scenario(world: World) -> object:
        with pytest.raises(RuntimeError, match=r"Machine\.start"):
            current_process()
        with pytest.raises(RuntimeError, match=r"Machine\.start"):
            await asyncio.open_connection("alpha", 7000)
        return True

    assert _run(scenario)
