"""User name or password differ between client and listener, or one side has none (guide, "Troubleshooting" 1)."""

from functools import partial

from psync.engine.events import ContentMoved, Event
from sim.configuration import KEYS, NO_KEYS, Keys
from sim.faults.configuration import KeyPart, mistaken
from sim.scenarios.pair import OLD_TREE, Pair
from sim.scenarios.port_mismatch import TEXTS
from sim.scenarios.scenario import Scenario, scenario
from sim.trees import Tree
from sim.world import World

LARGE: Tree = {b"large": bytes(1 << 20), b"small": b"one"}


async def _differ(client: Keys, listener: Keys, cause: str, world: World) -> None:
    pair = Pair(world)
    process = await pair.listen(keys=listener)

    assert await pair.push(keys=client) == 3

    assert (pair.causes(), pair.texts()) == ([cause], TEXTS)
    assert pair.target() == OLD_TREE
    assert await pair.push(keys=listener) == 0, "the listener was disturbed"
    assert process.is_alive


def _scenario(part: KeyPart, side: str) -> Scenario:
    wrong = mistaken(KEYS, part)
    client, listener = (wrong, KEYS) if side == "client" else (KEYS, wrong)
    cause = "MODE_MISMATCH" if NO_KEYS in (client, listener) else "KEY_MISMATCH"
    what = {KeyPart.BOTH: "another user name and another password", KeyPart.MISSING: "no key"}
    return Scenario(
        f"key_mismatch_{part}_at_the_{side}",
        f"The {side} has {what.get(part, f'another {part}')}: {cause} is told, and no byte changes.",
        partial(_differ, client, listener, cause),
    )


MISMATCHES = tuple(_scenario(part, side) for part in KeyPart for side in ("client", "listener"))


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
