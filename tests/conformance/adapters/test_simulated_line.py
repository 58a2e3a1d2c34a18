"""A line of the simulated network carries both ways, ends from either side, and is never waited for without end."""

import asyncio
from collections.abc import Iterator

import pytest

from conformance.adapters.simulated_line import SimulatedLine
from psync.system import System
from sim.machine import Machine
from sim.world import World

PORT = 7400


async def echo(_settings: None, _system: System) -> int:
    """Give back what comes, until it is `end`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (data := await reader.read(100)) not in (b"", b"end"):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(serve, "0.0.0.0", PORT)
    async with server:
        await server.serve_forever()
    return 0


@pytest.fixture
def world() -> Iterator[World]:
    with World(1) as world:
        world.machine("near")
        world.machine("far").start(echo, None)
        world.run(asyncio.sleep(1))
        yield world


@pytest.fixture
def near(world: World) -> Machine:
    return world.machines["near"]


def test_what_is_said_is_heard_in_parts(world: World, near: Machine) -> None:
    line = SimulatedLine(world, near, "far", PORT)
    line.send(b"abc")

    assert [line.receive(2, 5), line.receive(2, 5), line.receive(2, 5)] == [b"ab", b"c", None]


def test_the_other_side_can_end_it(world: World, near: Machine) -> None:
    line = SimulatedLine(world, near, "far", PORT)
    line.send(b"end")

    assert [line.receive(9, 5), line.receive(9, 5)] == [b"", b""]


def test_this_side_can_end_it_once_or_twice(world: World, near: Machine) -> None:
    line = SimulatedLine(world, near, "far", PORT)
    line.close()
    world.run(asyncio.sleep(1))
    line.close()

    assert [process.is_alive for process in near.processes] == [False]


def test_a_silent_side_costs_no_more_than_the_time_that_was_given(world: World, near: Machine) -> None:
    line = SimulatedLine(world, near, "far", PORT)
    started = world.agenda.now_ns

    assert line.receive(9, 5) is None
    assert world.agenda.now_ns - started == 5_000_000_000


def test_where_nobody_listens_there_is_no_line(world: World, near: Machine) -> None:
    with pytest.raises(ConnectionError):
        SimulatedLine(world, near, "far", PORT + 1)
