"""Jobs that threads would do: in one piece, or beside the loop."""

import asyncio

import pytest

from psync.system import System
from sim.process import Process
from sim.world import World


async def _job_and_loop(_settings: None, system: System) -> int:
    """Make folders in a job and in a task beside it; note who was when at it."""

    def make(name: bytes) -> None:
        for number in range(20):
            system.os.mkdir(b"/%b%d" % (name, number))

    async def beside() -> None:
        for number in range(200):
            await asyncio.sleep(0.00005)
            system.os.mkdir(b"/task%d" % number)

    task = asyncio.create_task(beside())
    await asyncio.to_thread(make, b"job")
    await task
    return 0


def _calls(seed: int, *, is_interleaved: bool) -> list[bool]:
    """Of each call in its order: whether the job made it."""
    with World(seed) as world:
        world.loop.jobs.is_interleaved = is_interleaved
        assert world.run(world.machine("alpha").start(_job_and_loop, None).wait()) == 0
        calls = [event.detail for event in world.trace.events if event.kind == "file"]
    return ["job" in call for call in calls]


def _stretches(calls: list[bool]) -> int:
    """How often the job began or went on."""
    return sum(now and not before for before, now in zip([False, *calls], calls, strict=False))


def test_a_job_is_done_in_one_piece() -> None:
    assert _stretches(_calls(1, is_interleaved=False)) == 1


def test_an_interleaved_job_lets_others_work_between_its_calls_as_the_seed_decides() -> None:
    first, again, other = (_calls(seed, is_interleaved=True) for seed in (1, 1, 2))

    assert first == again != other
    assert min(_stretches(first), _stretches(other)) > 1


@pytest.mark.parametrize("is_interleaved", [False, True])
def test_the_error_of_a_job_is_raised_where_it_is_waited_for(is_interleaved: bool) -> None:
    async def main(_settings: None, system: System) -> int:
        with pytest.raises(FileNotFoundError):
            await asyncio.to_thread(system.os.stat, b"/missing")
        return 0

    with World(1) as world:
        world.loop.jobs.is_interleaved = is_interleaved
        assert world.run(world.machine("alpha").start(main, None).wait()) == 0


def test_a_job_that_is_held_stands_still_alone_until_it_may_go_on() -> None:
    async def main(_settings: None, system: System) -> int:
        is_over = asyncio.Event()

        def job() -> float:
            world.loop.jobs.hold(is_over)
            return world.loop.time()

        held = asyncio.create_task(asyncio.to_thread(job))
        await asyncio.sleep(7.0)
        assert not held.done()
        is_over.set()
        return round(await held)

    with World(1) as world:
        world.loop.jobs.is_interleaved = True
        assert world.run(world.machine("alpha").start(main, None).wait()) == 7


def test_a_job_of_a_killed_process_makes_no_further_call() -> None:
    async def scenario(world: World, process: Process) -> int:
        await asyncio.sleep(0.001)
        process.kill()
        return await process.wait()

    with World(1) as world:
        world.loop.jobs.is_interleaved = True
        process = world.machine("alpha").start(_job_and_loop, None)
        assert world.run(scenario(world, process)) == -9
        made = len(world.trace.events)

    assert len(world.trace.events) == made
