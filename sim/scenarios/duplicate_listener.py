"""More than one listener on a machine (guide, "Troubleshooting" 1: "a single PSListener")."""

from sim.scenarios.pair import Pair
from sim.scenarios.scenario import scenario
from sim.world import World


@scenario
async def listener_started_twice_during_a_run(world: World) -> None:
    """A run that is under way does not notice that a second listener comes and goes."""
    pair = Pair(world)
    await pair.listen()
    push = pair.start_push()
    codes = [await pair.second_listener(), await pair.second_listener("version-0"), await push.wait()]

    assert codes == [3, 3, 0]
    assert pair.target() == pair.source()
