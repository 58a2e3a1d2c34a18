"""The registry: every scenario says what it shows, and the same seed gives it the same history."""

import os
import subprocess
import sys
from types import ModuleType

import pytest

from sim.scenarios import SCENARIOS
from sim.scenarios.scenario import DOCUMENTED, Scenario, listed_scenarios, not_yet, registry, scenario
from sim.world import World

PASSING = [name for name, found in SCENARIOS.items() if not found.missing]

# The longest ones are made of what the others do once.
SHORT = [name for name in PASSING if "each_system_call" not in name]

DIGESTS = """
import sys
from sim.scenarios import SCENARIOS
from sim.world import World
for name in sys.argv[1:]:
    with World(7) as world:
        world.run(SCENARIOS[name](world))
        print(name, world.trace.digest())
"""


async def something_happens(world: World) -> int:
    """It is shown that something happens."""
    return world.seed


def module_of(**values: object) -> ModuleType:
    module = ModuleType("module")
    vars(module).update(values)
    return module


def test_a_function_becomes_a_scenario_that_can_be_called() -> None:
    found = scenario(something_happens)

    assert found == Scenario("something_happens", "It is shown that something happens.", something_happens)
    with World(3) as world:
        assert world.run(found(world)) == 3


def test_what_cannot_pass_yet_says_what_is_missing() -> None:
    assert not_yet("a lever")(something_happens).missing == "a lever"


def test_what_cannot_pass_yet_is_listed_as_such() -> None:
    known = {
        name: Scenario(name, "", something_happens, missing)
        for name, missing in [("b", ""), ("c", "a lever"), ("a", "")]
    }

    assert listed_scenarios(known) == (
        f"Scenarios are: a, b.\nScenarios of what is not built yet, expected to fail: c.\n{DOCUMENTED}"
    )
    assert listed_scenarios({"a": known["a"]}) == f"Scenarios are: a.\n{DOCUMENTED}"


def test_modules_are_searched_for_scenarios_and_tuples_of_them() -> None:
    one, other = Scenario("one", "", something_happens), Scenario("other", "", something_happens)

    assert registry(module_of(a=other, b=7), module_of(c=(one,))) == {"other": other, "one": one}
    with pytest.raises(AssertionError, match="two scenarios have one name"):
        registry(module_of(a=one), module_of(a=one))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_says_what_it_shows(name: str) -> None:
    assert SCENARIOS[name].shows.rstrip().endswith(".")


def test_two_hash_seeds_give_every_scenario_one_history() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS, *SHORT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        ).stdout
        for hash_seed in ("1", "2")
    }

    assert [len(output.splitlines()) for output in outputs] == [len(SHORT)]
