"""A file that travels in pieces, and is interrupted."""

from psync.core.content import PIECE_BYTES_MAX
from psync.engine.events import ContentMoved, Event, Summary
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet, scenario
from sim.trees import Tree
from sim.world import World

PIECES = 4
TREE: Tree = {b"large": bytes(range(256)) * (PIECES * PIECE_BYTES_MAX // 256)}
OLD: Tree = {b"large": b"old"}


@scenario
async def large_file_is_old_or_new_when_it_is_interrupted(world: World) -> None:
    """The listener is killed after two of four pieces: the target has its old file, the next run the new one."""
    pair = await _interrupted(world)

    await pair.listen()

    await pair.converge()


@not_yet("resume of a large file")
async def large_file_goes_on_where_it_was_interrupted(world: World) -> None:
    """The next run sends only what had not arrived."""
    pair = await _interrupted(world)

    await pair.listen()
    await pair.converge()

    sent = pair.replication.last(Summary).bytes_literal
    assert sent <= (PIECES - 1) * PIECE_BYTES_MAX, f"{sent} bytes were sent again"


async def _interrupted(world: World) -> Pair:
    pair = Pair(world, TREE, OLD)
    listener = await pair.listen()
    arrived = 0

    def count(event: Event) -> None:
        nonlocal arrived
        arrived += isinstance(event, ContentMoved)
        if arrived == 2:
            listener.kill()

    pair.hear_too = count
    assert await pair.push() == 3
    pair.hear_too = None
    assert pair.target()[b"large"] == b"old"
    return pair
