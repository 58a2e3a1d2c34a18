"""The seams hold: production code runs in the simulated world as it is, and its history is the seed's."""

import os
import subprocess
import sys

import pytest

from psync.core.changes import FinishFolder, WriteFile
from psync.engine.events import ChangeDone, Summary
from sim.scenarios.push_one_file import TREE, push_one_file
from sim.world import World

DIGEST_OF_A_RUN = """
from sim.scenarios.push_one_file import push_one_file
from sim.world import World
with World(7) as world:
    world.run(push_one_file(world))
    print(world.trace.digest())
"""


def test_the_unmodified_client_pushes_a_file_to_the_unmodified_listener():
    with World(seed=1) as world:
        events = world.run(push_one_file(world))

    done = [type(event.change) for event in events if isinstance(event, ChangeDone)]
    (summary,) = [event for event in events if isinstance(event, Summary)]
    assert done == [WriteFile, FinishFolder]
    assert (summary.files_sent, summary.bytes_literal, summary.failed) == (1, len(TREE[b"letter.txt"]), 0)


@pytest.mark.parametrize("seed", range(20))
def test_the_same_seed_gives_the_same_history(seed: int):
    digests = []
    for _ in range(2):
        with World(seed) as world:
            world.run(push_one_file(world))
            digests.append(world.trace.digest())

    assert digests[0] == digests[1]


def test_the_order_of_sets_does_not_enter_the_history():
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST_OF_A_RUN],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2")
    }

    assert len(digests) == 1
