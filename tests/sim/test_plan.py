"""A plan is a value: it can be kept and read again."""

import msgspec
import pytest

from sim.plan import FileSpec, Plan, Topology
from sim.presets import PRESETS, derive


@pytest.mark.parametrize("preset", PRESETS)
def test_a_plan_comes_back_from_json_as_it_was(preset: str) -> None:
    for seed in range(20):
        plan = derive(preset, seed)
        assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_a_version_of_a_file_is_its_content() -> None:
    one, same, other = FileSpec("a", 5, 1), FileSpec("b", 5, 1), FileSpec("a", 5, 2)

    assert (one.content == same.content, one.content == other.content, len(one.content)) == (True, False, 5)


def test_places_follow_from_the_topology() -> None:
    plans = [Plan("clean", 1, topology) for topology in Topology]

    assert [(plan.source_place.is_remote, plan.target_place.is_remote) for plan in plans] == [
        (False, True),
        (True, False),
        (True, True),
        (False, False),
    ]
