"""The battery of network programs: real loopback and simulated network, equal outcomes."""

import asyncio
import contextlib
import signal
import sys
from functools import partial

import pytest

from sim.world import World
from tests.sim.network_programs import PROGRAMS, Program
from tests.sim.peer_programs import PEER_PROGRAMS, PeerProcess, PeerProgram, be_peer


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


class Child:
    """A peer on the real machine."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.hang = partial(process.send_signal, signal.SIGSTOP)
        self.resume = partial(process.send_signal, signal.SIGCONT)
        self.kill = process.kill


def _outcome_with_a_real_peer(program: PeerProgram) -> object:
    async def main() -> object:
        children: list[Child] = []

        async def start(name: str, port: int) -> PeerProcess:
            command = [sys.executable, "-m", "tests.sim.peer_programs", name, str(port)]
            children.append(Child(await asyncio.create_subprocess_exec(*command)))
            return children[0]

        try:
            return await program(start)
        finally:
            with contextlib.suppress(ProcessLookupError):
                children[0].kill()
            await children[0].process.wait()

    return asyncio.run(main())


def _outcome_with_a_simulated_peer(program: PeerProgram, seed: int) -> object:
    async def scenario(world: World) -> object:
        machine, outcomes = world.machine("alpha"), list[object]()

        async def dial(settings: tuple[str, int], system: object) -> int:
            await be_peer(*settings)
            return 0

        async def start(name: str, port: int) -> PeerProcess:
            return machine.start(dial, (name, port))

        async def main(settings: None, system: object) -> int:
            outcomes.append(await program(start))
            return 0

        assert await machine.start(main, None).wait() == 0
        return outcomes[0]

    with World(seed) as world:
        return world.run(scenario(world))


@pytest.mark.parametrize("program", PEER_PROGRAMS, ids=lambda program: program.__name__)
def test_a_peer_of_its_own_is_stopped_and_killed_as_on_the_real_loopback(program: PeerProgram):
    reality = _outcome_with_a_real_peer(program)

    assert [_outcome_with_a_simulated_peer(program, seed) for seed in range(3)] == [reality] * 3


def test_the_trace_tells_from_when_to_when_a_link_is_silent():
    with World(seed=1) as world:
        link = world.network.link("Alpha", "beta")
        for hold in (link.hold, link.hold, link.release, link.release):
            hold()

        told = [(event.place, event.kind, event.detail) for event in world.trace.events]
        assert told == [("world", "link", "alpha>beta silent"), ("world", "link", "alpha>beta open")]
