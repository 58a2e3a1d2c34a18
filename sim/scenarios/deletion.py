"""What `--delete` takes away, and what should make it stop and ask."""

from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet, scenario
from sim.trees import Tree
from sim.world import World

MANY: Tree = {b"file %02d" % number: b"content" for number in range(50)}


@scenario
async def deletion_takes_what_the_source_has_no_more(world: World) -> None:
    """With `--delete` the target becomes equal, without it everything stays."""
    pair = Pair(world, {b"kept": b"new content"}, {b"kept": b"old", b"gone": b"two"})
    await pair.listen()

    assert await pair.push() == 0
    assert pair.target() == {b"kept": b"new content", b"gone": b"two"}
    assert await pair.push(delete=True) == 0
    assert pair.target() == {b"kept": b"new content"}


@scenario
async def deletion_never_happens_for_a_source_that_is_missing(world: World) -> None:
    """The source's disk is not mounted, so its folder is not there: refused with 2, nothing is deleted."""
    pair = Pair(world, {}, MANY)
    await pair.listen()
    pair.near.files.os.rmdir(b"/data")

    assert await pair.push(delete=True) == 2

    assert (pair.causes(), pair.target()) == (["SOURCE_MISSING"], MANY)


@not_yet("the deletion gate")
async def deletion_of_nearly_everything_is_held(world: World) -> None:
    """The source is suddenly empty: the run is held with exit code 4, and nothing is deleted."""
    pair = Pair(world, {}, MANY)
    await pair.listen()

    assert await pair.push(delete=True) == 4, "nobody was asked"

    assert pair.target() == MANY
