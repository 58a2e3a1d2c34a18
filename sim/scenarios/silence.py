"""Peers that are there and say nothing, and networks that carry nothing: nobody waits for ever."""

import asyncio

from sim.faults import LinkClogged, NameLost, NetworkSilent, PortFiltered, PowerCut, ProcessHangs
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import scenario
from sim.trees import Tree
from sim.world import World

# Longer than psync waits for a peer that is silent, see `psync.engine.channel`.
LONG_SECONDS = 1000.0
DEAD_PEER_SECONDS_MAX = 200.0

TREE: Tree = {b"file %d" % number: bytes([number]) * 50_000 for number in range(6)}


@scenario
async def one_way_cut(world: World) -> None:
    """What the listener says is lost, what it hears is not: the client gives up in time, nothing is torn."""
    pair = Pair(world, TREE, {})
    await pair.listen()
    heal = pair.arm(NetworkSilent("far", "near", False, 20, LONG_SECONDS))

    async with asyncio.timeout(DEAD_PEER_SECONDS_MAX):
        assert await pair.push() == 3

    assert pair.causes() == ["CONNECTION_LOST"]
    heal()
    await pair.converge()


@scenario
async def half_open(world: World) -> None:
    """The client's machine loses its power: the listener notices a peer that is gone, and lets its target go."""
    pair = Pair(world, TREE, {})
    await pair.listen()
    heal = pair.arm(PowerCut("near", 40))
    pair.start_push()
    await asyncio.sleep(DEAD_PEER_SECONDS_MAX)

    (reason,) = pair.ended_sessions()
    assert reason
    heal()
    pair.near.boot()
    await pair.converge()


@scenario
async def stalled_reader(world: World) -> None:
    """The listener hangs with its connection open, longer than a client waits; the next run arrives."""
    pair = Pair(world, TREE, {})
    await pair.listen()
    heal = pair.arm(ProcessHangs("far", 20, LONG_SECONDS))

    assert await pair.push() == 3

    assert pair.causes() == ["CONNECTION_LOST"]
    heal()
    await asyncio.sleep(DEAD_PEER_SECONDS_MAX)
    await pair.converge()


@scenario
async def listener_that_hangs_a_while_is_waited_for(world: World) -> None:
    """Ten seconds are no failure: the same run ends well."""
    pair = Pair(world, TREE, {})
    await pair.listen()
    pair.arm(ProcessHangs("far", 20, 10.0))

    assert await pair.push() == 0

    assert pair.target() == pair.source()


@scenario
async def host_name_is_not_resolved(world: World) -> None:
    """The name is lost for a while: the cause says so, and the next run arrives."""
    pair = Pair(world)
    await pair.listen()
    heal = pair.arm(NameLost("near", "far", LONG_SECONDS))

    assert await pair.push() == 3

    assert pair.causes() == ["HOST_UNKNOWN"]
    heal()
    await pair.converge()


@scenario
async def firewall_refuses(world: World) -> None:
    """A firewall answers in the listener's place."""
    pair = Pair(world)
    await pair.listen()
    heal = pair.arm(PortFiltered("far", LONG_SECONDS))

    assert await pair.push() == 3

    assert pair.causes() == ["CONNECT_REFUSED"]
    heal()
    await pair.converge()


@scenario
async def links_clogged_one_by_one(world: World) -> None:
    """Each direction is slow and cuts what it carries into small segments: slower, and as right as ever."""
    pair = Pair(world, TREE, {})
    await pair.listen()
    for source, target in (("near", "far"), ("far", "near")):
        heal = pair.arm(LinkClogged(source, target, 0.15, 20_000, 100))
        pair.near.files.write(b"/data/" + source.encode(), b"content")
        await pair.converge()
        heal()
