"""A key that is changed while a run is under way."""

from psync.engine.events import ContentMoved, Event
from sim.configuration import KEYS
from sim.faults.configuration import KeyPart, mistaken
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import scenario
from sim.trees import Tree
from sim.world import World

LARGE: Tree = {b"large": bytes(1 << 20), b"small": b"one"}


@scenario
async def key_changed_in_the_middle_of_a_run(world: World) -> None:
    """The listener is restarted with another key while a file is on its way: that run is lost, the next one refused."""
    pair = Pair(world, LARGE, {})
    listener = await pair.listen(keys=KEYS)

    def restart(event: Event) -> None:
        if isinstance(event, ContentMoved) and listener.is_alive:
            listener.kill()

    pair.hear_too = restart
    assert await pair.push(keys=KEYS) == 3
    assert pair.causes() == ["CONNECTION_LOST"]
    await pair.listen(keys=mistaken(KEYS, KeyPart.PASSWORD))
    assert await pair.push(keys=KEYS) == 3
    assert pair.causes() == ["KEY_MISMATCH"]
    assert b"large" not in pair.target()
