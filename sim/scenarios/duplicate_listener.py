"""More than one listener on a machine (guide, "Troubleshooting" 1: "a single PSListener")."""

import asyncio

from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet, scenario
from sim.world import World


@scenario
async def listener_started_twice(world: World) -> None:
    """The second application says who is there, exits with 3, and the first one goes on serving."""
    pair = Pair(world)
    first = await pair.listen()

    assert await pair.second_listener() == 3

    assert pair.causes() == ["DUPLICATE_LISTENER"]
    assert first.is_alive
    await pair.converge()


@scenario
async def listener_of_another_version(world: World) -> None:
    """One that does not know the other's instance name, as an old version does not, finds the port taken."""
    pair = Pair(world)
    first = await pair.listen()

    assert await pair.second_listener("version-0") == 3

    assert pair.causes() == ["ADDRESS_IN_USE"]
    assert first.is_alive
    await pair.converge()


@scenario
async def listener_started_twice_during_a_run(world: World) -> None:
    """A run that is under way does not notice that a second listener comes and goes."""
    pair = Pair(world)
    await pair.listen()
    push = pair.start_push()
    codes = [await pair.second_listener(), await pair.second_listener("version-0"), await push.wait()]

    assert codes == [3, 3, 0]
    assert pair.target() == pair.source()


@scenario
async def listener_that_is_killed_leaves_its_place(world: World) -> None:
    """Nothing has to be cleaned up after a kill: the next listener takes port and name at once."""
    pair = Pair(world)
    (await pair.listen()).kill()

    await pair.listen()

    await pair.converge()


@not_yet("service mode: nothing starts a listener when a machine boots")
async def listener_as_service_and_as_application(world: World) -> None:
    """A service runs since the machine was booted: an application beside it exits with 3, and the service stays."""
    pair = Pair(world)
    await pair.listen()
    pair.far.power_cut(pair.choose("cut"))
    pair.far.boot()
    await asyncio.sleep(60)

    assert await pair.push() == 0, "no service has been started"
    assert await pair.second_listener() == 3
    assert pair.causes() == ["DUPLICATE_LISTENER"]
