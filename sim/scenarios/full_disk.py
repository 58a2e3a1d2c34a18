"""A target that takes no more bytes."""

import asyncio

from sim.faults import DiskFull
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet
from sim.world import World

PATIENCE_SECONDS = 300.0


@not_yet("the pause while a disk is full")
async def full_disk_pauses_the_run_until_there_is_room(world: World) -> None:
    """Somebody makes room a minute later: the same run goes on and ends well."""
    pair = Pair(world)
    await pair.listen()
    make_room = pair.arm(DiskFull("far", 100))
    push = pair.start_push()
    await asyncio.sleep(60)
    assert push.is_alive, "it has not waited for room"
    make_room()

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await push.wait() == 0
    assert pair.target() == pair.source()
