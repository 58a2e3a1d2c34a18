"""A whole world: an example with two programs, one seed one history, and what is told at its end."""

import asyncio
import gc
import logging
import os
import subprocess
import sys

import pytest

from sim.world import Unhandled, World
from tests.checkout import ROOT
from tests.sim.example import TREE, send_a_folder

DIGESTS_OF_A_RUN = """
from sim.world import World
from tests.sim.example import send_a_folder
for seed in range(3):
    for kill_after_seconds in (None, 0.004):
        with World(seed) as world:
            world.run(send_a_folder(world, kill_after_seconds))
            print(world.trace.digest(), world.trace.notes())
"""


def _digest(seed: int) -> str:
    with World(seed) as world:
        world.run(send_a_folder(world))
        return world.trace.digest()


@pytest.mark.parametrize("seed", range(10))
def test_the_example_sends_its_folder(seed: int):
    with World(seed) as world:
        assert world.run(send_a_folder(world)) == 0

        assert world.machines["keeper"].files.tree(b"/kept") == TREE


@pytest.mark.parametrize("milliseconds", range(10))
def test_a_server_that_is_killed_keeps_whole_files_only(milliseconds: int):
    with World(seed=milliseconds) as world:
        world.run(send_a_folder(world, milliseconds / 1000))
        kept = world.machines["keeper"].files.tree(b"/kept")

    assert {name: content for name, content in kept.items() if name in TREE and content != TREE[name]} == {}


def test_the_same_seed_gives_the_same_history_and_another_one_another():
    assert (_digest(1), _digest(2)) == (_digest(1), _digest(2))
    assert _digest(1) != _digest(2)


def test_the_order_of_sets_does_not_enter_the_history():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS_OF_A_RUN],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2", "3")
    }

    assert len(outputs) == 1
    assert b"failed" in outputs.pop()


def test_streams_of_randomness_do_not_shift_each_other():
    with World(seed=1) as world, World(seed=1) as other:
        other.random("network").random()

        assert [world.random("disk").random(), world.random("network").random()] == [
            other.random("disk").random(),
            other.random("network").random(),
        ]
        assert world.random("disk").random() != world.random("network").random()


def test_a_world_goes_on_between_scenarios():
    with World(seed=1) as world:
        world.run(asyncio.sleep(5))
        world.run(asyncio.sleep(5))

        assert world.loop.time() == pytest.approx(10)


def test_notes_say_who_wrote_them():
    async def main(settings: World, system: object) -> int:
        settings.note("from a program")
        return 0

    with World(seed=1) as world:
        world.note("from the scenario")
        world.run(world.machine("alpha").start(main, world).wait())
        places = [(event.place, event.detail) for event in world.trace.events if event.kind == "note"]

    assert places == [("world", "from the scenario"), ("alpha/1000", "from a program")]


def test_an_error_that_nobody_has_awaited_is_told():
    async def scenario() -> None:
        asyncio.get_running_loop().call_soon(int, "no number")
        await asyncio.sleep(1)

    with World(seed=1) as world, pytest.raises(Unhandled) as caught:
        world.run(scenario())
    assert [type(error) for error in caught.value.exceptions] == [ValueError]


def test_a_scenario_that_fails_tells_of_the_program_that_failed_before():
    async def main(settings: None, system: object) -> int:
        raise ValueError("the cause")

    async def scenario(world: World) -> None:
        assert await world.machine("alpha").start(main, None).wait() == 0

    with World(seed=1) as world, pytest.raises(AssertionError) as caught:
        world.run(scenario(world))
    assert ["the cause" in note for note in caught.value.__notes__] == [True]


def test_what_asyncio_warns_of_is_an_error_since_a_user_would_read_it():
    async def scenario() -> None:
        logging.getLogger("asyncio").warning("socket.send() raised exception.")

    with World(seed=1) as world, pytest.raises(Unhandled) as caught:
        world.run(scenario())
    assert [str(error) for error in caught.value.exceptions] == [
        "asyncio warns: socket.send() raised exception."
    ]


def test_nothing_of_a_world_is_left_by_one_collection_though_a_program_still_ran():
    class OurWorld(World):
        """To be told from the worlds of other tests."""

    async def main(settings: None, system: object) -> int:
        await asyncio.Event().wait()
        return 0

    async def scenario(world: World) -> None:
        world.machine("alpha").start(main, None)
        await asyncio.sleep(1)

    with OurWorld(seed=1) as world:
        world.run(scenario(world))
    del world
    gc.collect()

    assert [
        left for left in gc.get_objects() if isinstance(left, OurWorld)
    ] == []  # a weak reference is dead by then
