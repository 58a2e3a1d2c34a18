"""Listeners that a machine starts: each scenario passes, or fails for what it says is missing."""

import pytest

from sim.scenarios import service
from sim.scenarios.scenario import Scenario
from tests.sim.scenarios.playing import cases, play


@pytest.mark.parametrize("scenario", cases(service))
def test_it_ends_as_it_says(scenario: Scenario) -> None:
    play(scenario)
