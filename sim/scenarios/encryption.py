"""What can be read on the wire, and by whom."""

from collections.abc import Callable
from typing import Any

import msgspec

from psync.core.settings import CopySettings, ListenerSettings
from sim.scenarios.pair import OLD_TREE, Pair
from sim.scenarios.scenario import not_yet, scenario
from sim.trees import Tree
from sim.world import World

LETTER = b"a letter that nobody else should read " * 20
TREE: Tree = {b"letter-of-ours.txt": LETTER}

OFF = {"encryption": "off"}


@scenario
async def encrypted_by_default(world: World) -> None:
    """Nothing is configured on either side: neither contents nor names are seen in between."""
    pair = Pair(world, TREE, {})
    seen = _listen_in(pair)
    await pair.listen()

    assert await pair.push() == 0

    assert pair.target() == TREE
    assert len(seen()) > len(LETTER) // 20
    assert not [secret for secret in (LETTER[:38], b"letter-of-ours") if secret in seen()]


@not_yet("encryption = off")
async def encryption_off_on_both_sides(world: World) -> None:
    """Both sides say so: the job works, and the letter can be read on the wire."""
    pair = Pair(world, TREE, {})
    seen = _listen_in(pair)
    pair.more_for_listener, pair.more_for_client = _known(ListenerSettings), _known(CopySettings)
    await pair.listen()

    assert await pair.push() == 0

    assert LETTER[:38] in seen(), "it was encrypted"


@not_yet("encryption = off")
async def encryption_off_at_the_client_only(world: World) -> None:
    """A client without encryption is refused by a listener that has it: no silent downgrade."""
    pair = Pair(world, TREE, OLD_TREE)
    pair.more_for_client = _known(CopySettings)
    await pair.listen()

    assert await pair.push() == 3, "it was encrypted"
    assert pair.target() == OLD_TREE


@not_yet("encryption = off")
async def encryption_off_at_the_listener_only(world: World) -> None:
    """A listener without encryption is refused by a client that has it: no silent downgrade."""
    pair = Pair(world, TREE, OLD_TREE)
    pair.more_for_listener = _known(ListenerSettings)
    await pair.listen()

    assert await pair.push() == 3, "it was encrypted"
    assert pair.target() == OLD_TREE


def _known(settings: type[msgspec.Struct]) -> dict[str, Any]:
    """The wish for no encryption, where there is such a setting."""
    return {name: value for name, value in OFF.items() if name in settings.__struct_fields__}


def _listen_in(pair: Pair) -> Callable[[], bytes]:
    """Note all that crosses the network; give what it was."""
    seen: list[bytes] = []

    def note(data: bytes) -> bytes:
        seen.append(data)
        return data

    for link in (pair.world.network.link("near", "far"), pair.world.network.link("far", "near")):
        link.tamper = note
    return lambda: b"".join(seen)
