"""Attempts that psync makes by itself: each scenario passes, or fails for what it says is missing."""

import pytest

from sim.scenarios import retry
from sim.scenarios.scenario import Scenario
from tests.sim.scenarios.playing import cases, play


@pytest.mark.parametrize("scenario", cases(retry))
def test_it_ends_as_it_says(scenario: Scenario) -> None:
    play(scenario)
