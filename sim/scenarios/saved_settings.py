"""Settings that are saved and count from the next start on (guide, "PSListener configuration" 6 and 7)."""

from psync.core.addresses import DEFAULT_PORT
from psync.engine.events import ListenerReady
from sim.replication import STATE_FOLDER
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet
from sim.world import World

SAVED = b"port = 7400\n"
NAME = STATE_FOLDER.encode() + b"/listener.toml"


@not_yet("saved settings of a listener, and a notice that they are newer than what runs")
async def settings_saved_and_not_restarted(world: World) -> None:
    """A port is saved and nobody restarts: the client with the new port is told where the listener really is."""
    pair = Pair(world)
    listener = await pair.listen()
    pair.far.files.write(NAME, SAVED)

    assert await pair.push(port=7400) == 3
    assert (listener.is_alive, _port(pair)) == (True, DEFAULT_PORT)
    listener.kill()
    await pair.listen()
    assert await pair.push(port=7400) == 0, "a restart did not bring what was saved"


def _port(pair: Pair) -> int:
    ready = [event.port for event in pair.replication.events if isinstance(event, ListenerReady)]
    return ready[-1] if ready else DEFAULT_PORT
