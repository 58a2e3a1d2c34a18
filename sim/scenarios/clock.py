"""Clocks that jump, and file systems whose clocks are coarse: what did not change is not sent again."""

from psync.engine.events import Summary
from sim.faults import ClockJumps
from sim.scenarios.pair import TREE, Pair
from sim.scenarios.scenario import scenario
from sim.world import World

FAT_STEP_NS = 2 * 10**9


@scenario
async def coarse_times(world: World) -> None:
    """A target that keeps times in steps of two seconds, as FAT does, is not sent everything for ever."""
    pair = Pair(world, target={})
    pair.far.disk.time_granularity_ns = FAT_STEP_NS
    await pair.listen()
    await pair.converge()

    await pair.converge()

    assert pair.replication.last(Summary).files_sent == 0


@scenario
async def clock_jumps(world: World) -> None:
    """The wall clock of either side is set in the middle of a run, forwards and back: the run ends well."""
    pair = Pair(world)
    await pair.listen()
    for number, seconds in enumerate((-86400.0, 3600.0, -0.001), start=1):
        for machine in ("near", "far"):
            pair.arm(ClockJumps(machine, 10, seconds))
            pair.near.files.write(b"/data/fresh", b"version %d of " % number + machine.encode())
            await pair.converge()
    assert pair.effects["ClockJumps"] == 6


@scenario
async def name_that_the_target_cannot_hold(world: World) -> None:
    """A colon on a FAT disk: that entry fails, all others arrive, the source keeps what it has."""
    pair = Pair(world, {**TREE, b"12:30": b"lunch"})
    pair.far.disk.forbidden_characters = frozenset(":")
    await pair.listen()

    assert await pair.push() == 1

    assert pair.problems() == [(b"12:30", "NAME_INVALID")]
    assert pair.target() == TREE
