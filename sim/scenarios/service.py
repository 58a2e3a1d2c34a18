"""A listener that the machine itself starts (guide, "Start/stop the Listener Service or Application")."""

import asyncio

from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet
from sim.world import World

BOOT_SECONDS = 60.0


@not_yet("service mode: nothing starts a listener when a machine boots")
async def service_serves_again_after_a_reboot(world: World) -> None:
    """The machine loses its power and boots; nobody logs in, and the next run arrives."""
    pair = Pair(world)
    await pair.listen()
    pair.far.power_cut(pair.choose("cut"))
    pair.far.boot()
    await asyncio.sleep(BOOT_SECONDS)

    assert await pair.push() == 0, "no service has been started"

    assert pair.target() == pair.source()
