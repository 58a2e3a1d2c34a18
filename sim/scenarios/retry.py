"""Attempts that psync makes by itself: for an entry that could not be written, and for a connection."""

import asyncio
import errno

from psync.core.errors import EXIT_CONVERGED
from sim.failure import failure
from sim.gate import Call
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet
from sim.world import World

# The interval of the retry settings, and what an attempt itself may take.
RETRY_SECONDS, EPSILON_SECONDS = 60.0, 10.0

PATIENCE_SECONDS = 600.0


@not_yet("the retry list")
async def entry_on_the_retry_list_arrives_at_the_next_tick(world: World) -> None:
    """One file cannot be replaced: the others arrive, and it follows within an interval from when it can be."""
    pair = Pair(world)
    await pair.listen()

    def refuse(call: Call) -> None:
        if call.name == "rename" and call.arguments[1] == b"changed":
            raise failure(errno.EACCES)

    pair.far.watchers.append(refuse)
    push = pair.start_push()
    await asyncio.sleep(RETRY_SECONDS * 2)
    assert {**pair.source(), b"changed": b"old"} == pair.target()
    pair.far.watchers.remove(refuse)
    await asyncio.sleep(RETRY_SECONDS + EPSILON_SECONDS)

    assert pair.target() == pair.source(), "nobody has tried again"
    assert push.is_alive


@not_yet("connection retry, and its suffix (Connection Retry is Enabled!)...")
async def connection_is_tried_again(world: World) -> None:
    """The listener starts late: the client says that it will try again, does so, and the job ends well."""
    pair = Pair(world)
    push = pair.start_push()
    await asyncio.sleep(RETRY_SECONDS / 2)
    assert pair.texts() == [
        r"Could not initialize target device: TCP:\\far\backup...",
        r"Connection Failure: TCP:\\far\backup - Job: Replication (Connection Retry is Enabled!)...",
    ], "no attempt is scheduled"
    await pair.listen()

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await push.wait() == EXIT_CONVERGED
    assert pair.target() == pair.source()
