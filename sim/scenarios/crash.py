"""Listeners and clients that end in the middle of their work, at every system call that they make."""

import asyncio
from collections.abc import Callable

from psync.core.paths import is_temporary_name
from sim.faults import Fault, PowerCut, ProcessKilled, ProcessStopped
from sim.scenarios.pair import OLD_TREE, TARGET, TREE, Pair
from sim.scenarios.scenario import scenario
from sim.trees import Tree
from sim.world import World

# Above the calls that either side makes in a run of this tree; the scenario ends by itself.
CALLS_MAX = 400

# What a listener that is asked to end may take for it.
STOP_SECONDS_MAX = 60.0


@scenario
async def listener_is_killed_at_each_system_call(world: World) -> None:
    """Every file is old or new after each kill, and the run after it arrives."""
    await _crash_everywhere(Pair(world), "far", lambda number: ProcessKilled("far", number))


@scenario
async def client_is_killed_at_each_system_call(world: World) -> None:
    """The listener survives each of its clients, and the next one gets the target."""
    await _crash_everywhere(Pair(world), "near", lambda number: ProcessKilled("near", number))


@scenario
async def listener_loses_its_power_at_each_system_call(world: World) -> None:
    """What was not synced is lost as the disk likes: every file is old or new all the same."""
    await _crash_everywhere(Pair(world), "far", lambda number: PowerCut("far", number))


@scenario
async def listener_is_stopped_at_each_system_call(world: World) -> None:
    """Its operator ends it in the middle of a run: it ends with 0, leaves nothing behind, and all arrives later."""
    pair = Pair(world)
    listener = await pair.listen()
    for number in range(1, CALLS_MAX):
        heal = pair.arm(ProcessStopped("far", number))
        effects = pair.effects.total()
        await pair.push()
        heal()
        if pair.effects.total() == effects:
            break
        async with asyncio.timeout(STOP_SECONDS_MAX):
            assert await listener.wait() == 0
        _check_whole(pair.target())
        assert not [path for path in pair.target() if is_temporary_name(path.rpartition(b"/")[2])]
        listener = await pair.listen()
        await pair.converge()
        _begin_anew(pair)
    assert 20 < pair.effects.total() < CALLS_MAX - 1, f"far was stopped {pair.effects.total()} times"


@scenario
async def restart_storm(world: World) -> None:
    """The listener dies in each of twenty runs a bit later: nothing is ever torn, and then all arrives."""
    pair = Pair(world)
    for number in range(20):
        await pair.listen()
        heal = pair.arm(ProcessKilled("far", 2 + number * 3))
        await pair.push()
        heal()
        _check_whole(pair.target())
        pair.far.kill_all()
    await pair.listen()
    await pair.converge()


async def _crash_everywhere(pair: Pair, side: str, fault_at: Callable[[int], Fault]) -> None:
    listener = await pair.listen()
    for number in range(1, CALLS_MAX):
        heal = pair.arm(fault_at(number))
        effects = pair.effects.total()
        await pair.push()
        heal()
        if not pair.far.is_up:
            pair.far.boot()
        _check_whole(pair.target())
        if not listener.is_alive:
            listener = await pair.listen()
        await pair.converge()
        if pair.effects.total() == effects:
            break
        _begin_anew(pair)
    assert 20 < pair.effects.total() < CALLS_MAX - 1, f"{side} was stopped {pair.effects.total()} times"


def _begin_anew(pair: Pair) -> None:
    """Give the target its old files again."""
    files = pair.far.files
    files.remove(TARGET + b"/fresh")
    files.write(TARGET + b"/changed", b"old")
    files.write(TARGET + b"/sub/kept", b"same")
    pair.far.disk.journal.sync_all()


def _check_whole(tree: Tree) -> None:
    torn = {
        path: content
        for path, content in tree.items()
        if not is_temporary_name(path.rpartition(b"/")[2])
        and content not in (OLD_TREE.get(path), TREE.get(path))
    }
    assert torn == {}, torn
