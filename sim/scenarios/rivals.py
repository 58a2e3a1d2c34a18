"""Two runs that want one target, at once or one after the other."""

import asyncio

from sim.faults import NetworkSilent
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import scenario
from sim.trees import Tree
from sim.world import World

TREE: Tree = {b"file %d" % number: bytes([number]) * 100_000 for number in range(8)}


@scenario
async def two_clients_onto_one_target(world: World) -> None:
    """The second client is told that the target is busy and by whom; the first one does not notice."""
    pair = Pair(world, TREE, {})
    third = world.machine("third")
    third.files.plant(b"/data", {b"other": b"content"})
    await pair.listen()
    first = pair.start_push()
    await asyncio.sleep(0.02)

    assert await pair.start_push(machine=third).wait() == 3

    assert pair.causes() == ["BUSY"]
    assert await first.wait() == 0
    assert pair.target() == TREE


@scenario
async def takeover_of_a_dead_session(world: World) -> None:
    """A client is cut off and starts again: the listener finds its old session dead and gives it the target."""
    pair = Pair(world, TREE, {})
    await pair.listen()
    heal = pair.arm(NetworkSilent("near", "far", True, 30, 1000.0))
    first = pair.start_push()
    await asyncio.sleep(1.0)
    first.kill()
    assert pair.effects["NetworkSilent"] == 1
    heal()

    await pair.converge()
