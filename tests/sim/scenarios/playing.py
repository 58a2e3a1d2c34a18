"""How scenarios are tested: each passes, or fails for what it says is missing."""

from types import ModuleType

import pytest

from sim.scenarios.scenario import Scenario, scenarios_in
from sim.world import World

SEED = 7


def cases(module: ModuleType) -> list[object]:
    """The scenarios of a module; one that cannot pass yet must fail, by an assertion of its own."""
    return [_case(scenario) for scenario in scenarios_in(module)]


def play(scenario: Scenario, seed: int = SEED) -> str:
    """Run a scenario in a world of its own; give the digest of its history."""
    with World(seed) as world:
        world.run(scenario(world))
        return world.trace.digest()


def _case(scenario: Scenario) -> object:
    missing = pytest.mark.xfail(raises=AssertionError, strict=True, reason=scenario.missing)
    return pytest.param(scenario, id=scenario.name, marks=[missing] if scenario.missing else [])
