"""Somebody in between changes what travels: it is noticed, nothing of it is written, and the next run arrives."""

from functools import partial

from sim.faults import ConnectionReset, SegmentTampered
from sim.faults.networks import TAMPERINGS
from sim.scenarios.pair import OLD_TREE, TREE, Pair
from sim.scenarios.scenario import Scenario, scenario
from sim.trees import Tree
from sim.world import World

SEGMENTS = (2, 5, 8)

LARGE: Tree = {b"large": bytes(1 << 20)}


async def _tampered(kind: str, world: World) -> None:
    pair = Pair(world)
    await pair.listen()
    for segment in SEGMENTS:
        for source, target in (("near", "far"), ("far", "near")):
            heal = pair.arm(SegmentTampered(source, target, kind, segment))
            assert await pair.push() in (0, 3)
            heal()
            torn = {
                path
                for path, content in pair.target().items()
                if content not in (OLD_TREE.get(path), TREE.get(path))
            }
            assert torn == set()
    assert pair.effects.total() > 0
    await pair.converge()


WORDS = {
    "corrupt": "with a bit that is flipped",
    "replay": "that comes twice",
    "truncate": "whose end is lost",
    "lengthen": "whose record says that it is longer than it is",
}

TAMPERED = tuple(
    Scenario(
        f"record_{kind}",
        f"A segment {WORDS[kind]}, in either direction: no file holds anything that the source never had.",
        partial(_tampered, kind),
    )
    for kind in TAMPERINGS
)


@scenario
async def connection_reset(world: World) -> None:
    """The connection is reset in the middle of a run: told as lost, and the next run arrives."""
    pair = Pair(world, LARGE, {})
    await pair.listen()
    heal = pair.arm(ConnectionReset("near", "far", 30))

    assert await pair.push() == 3

    assert pair.causes() == ["CONNECTION_LOST"]
    heal()
    await pair.converge()
