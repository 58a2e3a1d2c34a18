"""The pair tells what has come of its programs, and is a site for faults."""

import re
from collections import Counter

import pytest

from psync.core.paths import PathStyle
from sim.faults import Fault, FileLocked, PowerCut, ProcessKilled, TargetWritten
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


def test_a_target_of_the_same_length_is_another_file_than_its_source() -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world, {b"letter": b"new"}, {b"letter": b"old"})
        await pair.listen()
        await pair.converge()

    with World(5) as world:
        world.run(scenario(world))


def test_its_target_can_be_a_windows_machine() -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world, target_style=PathStyle.WINDOWS)
        assert (pair.target_folder, pair.target()) == (b"C:\\srv\\backup", OLD_TREE)
        listener = await pair.listen()
        assert (await pair.second_listener(), pair.causes()) == (3, ["DUPLICATE_LISTENER"])
        pair.arm(TargetWritten("far", 1))
        assert await pair.push() == 1
        assert b"written by somebody else" in pair.target().values()
        pair.start_rival("far", "another")()
        await pair.converge()
        assert listener.is_alive

    with World(6) as world:
        world.run(scenario(world))


def test_a_lock_on_a_windows_machine_keeps_a_file_as_it_was() -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world, {b"a/letter": b"new"}, {b"a/letter": b"old"}, target_style=PathStyle.WINDOWS)
        await pair.listen()
        heal = pair.arm(FileLocked("far", "/C:/srv/backup/a/letter", 60.0))
        assert (await pair.push(), pair.problems()) == (1, [(b"a/letter", "LOCKED")])
        assert pair.target()[b"a/letter"] == b"old"
        heal()
        await pair.converge()

    with World(7) as world:
        world.run(scenario(world))


def test_a_lock_on_nothing_is_a_mistake_of_the_scenario() -> None:
    with (
        World(8) as world,
        pytest.raises(AssertionError, match="/C:/srv/backup/letter on far cannot be locked: "),
    ):
        Pair(world, target_style=PathStyle.WINDOWS).arm(FileLocked("far", "/C:/srv/backup/letter", 60.0))


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (PowerCut("far", 5), "far has no power: pair.far.boot(), then await pair.listen()"),
        (ProcessKilled("far", 5), "the listener of far has ended: await pair.listen()"),
    ],
)
def test_what_a_push_lacks_to_arrive_is_told(fault: Fault, hint: str) -> None:
    async def scenario(world: World) -> None:
        pair = Pair(world)
        await pair.listen()
        pair.arm(fault)
        assert await pair.push() == 3
        with pytest.raises(AssertionError, match=f": {re.escape(hint)}$"):
            await pair.converge()

    with World(9) as world:
        world.run(scenario(world))
