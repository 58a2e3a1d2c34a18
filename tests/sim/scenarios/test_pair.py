"""The pair tells what has come of its programs, and is a site for faults."""

from collections import Counter

from sim.faults import ProcessKilled
from sim.scenarios.pair import ADDRESS, OLD_TREE, TREE, Pair
from sim.world import World


def test_a_push_brings_the_source_to_the_target() -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world)
        assert (pair.source(), pair.target()) == (TREE, OLD_TREE)
        await pair.listen()
        await pair.converge()
        assert (pair.target(), pair.causes(), pair.texts(), pair.problems()) == (TREE, [], [], [])

    with World(1) as world:
        world.run(scenario(world))


def test_a_push_that_fails_is_told_and_forgotten_with_the_next_one() -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world)
        assert (await pair.push(address=ADDRESS), pair.causes()) == (3, ["CONNECT_REFUSED"])
        await pair.listen()
        assert (await pair.push(), pair.causes()) == (0, [])

    with World(2) as world:
        world.run(scenario(world))


def test_faults_are_armed_on_it_and_counted_by_their_effect() -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world)
        listener = await pair.listen()
        heal = pair.arm(ProcessKilled("far", 5))
        assert (await pair.push(), listener.is_alive, pair.effects) == (3, False, Counter(ProcessKilled=1))
        heal()

    with World(3) as world:
        world.run(scenario(world))


def test_its_user_changes_files_of_the_source_only() -> None:
    with World(4) as world:
        pair = Pair(world)

        changed = [
            pair.change_source("near", b"/data/fresh"),
            pair.change_source("far", b"/data/fresh"),
            pair.change_source("near", b"/etc/fresh"),
        ]

        assert changed == [True, False, False]
        assert {path for path, content in pair.source().items() if content != TREE[path]} == {b"fresh"}
