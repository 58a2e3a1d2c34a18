"""The battery of network programs: real loopback and simulated network, equal outcomes."""

import asyncio

import pytest

from sim.world import World
from tests.sim.network_programs import PROGRAMS, Program


def _outcome_on_real_loopback(program: Program) -> object:
    return asyncio.run(program())


def _outcome_in_simulation(program: Program, seed: int) -> object:
    outcomes: list[object] = []

    async def main(settings: None, system: object) -> int:
        outcomes.append(await program())
        return 0

    async def scenario(world: World) -> int:
        return await world.machine("alpha").start(main, None).wait()

    with World(seed) as world:
        assert world.run(scenario(world)) == 0
    return outcomes[0]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_ends_in_simulation_as_on_the_real_loopback(program: Program):
    reality = _outcome_on_real_loopback(program)

    assert [_outcome_in_simulation(program, seed) for seed in range(3)] == [reality] * 3


def test_the_trace_tells_from_when_to_when_a_link_is_silent():
    with World(seed=1) as world:
        link = world.network.link("Alpha", "beta")
        for hold in (link.hold, link.hold, link.release, link.release):
            hold()

        told = [(event.place, event.kind, event.detail) for event in world.trace.events]
        assert told == [("world", "link", "alpha>beta silent"), ("world", "link", "alpha>beta open")]
