"""The experiment on power cuts."""

import pytest

from sim.experiment import Misfit, check
from sim.experiments.power_cuts import experiment
from sim.world import World


def _measure(calls_between_cuts: int) -> dict[str, float]:
    with World(2, keeps_trace=False) as world:
        return world.run(experiment(world, calls_between_cuts=calls_between_cuts))


def test_one_run_is_enough_while_the_power_holds():
    measured = _measure(1_000_000)

    assert (measured["runs"], measured["power_cuts"]) == (1, 0)


def test_cuts_make_more_runs_and_the_folder_arrives():
    measured = _measure(150)

    assert measured["runs"] > 1
    assert measured["power_cuts"] > 0


def test_a_folder_that_never_arrives_is_a_failure_that_says_so():
    with pytest.raises(TimeoutError, match=r"^the folder had not arrived after 500 runs$"):
        _measure(1)


@pytest.mark.parametrize("calls", [0, -5, 1.5])
def test_what_is_no_number_of_calls_is_refused(calls):
    with pytest.raises(Misfit):
        check(experiment, {"calls_between_cuts": (calls,)})
