"""The experiment on latency."""

import pytest

from sim.experiment import Failed, Misfit, check, measure
from sim.experiments.latency import LATENCY_MS_MAX, experiment
from sim.world import World


def _round_trips(latency_ms: float, files: int) -> float:
    with World(1, keeps_trace=False) as world:
        return round(world.run(experiment(world, latency_ms=latency_ms, files=files))["round_trips"])


def test_the_number_of_round_trips_is_that_of_one_file():
    assert _round_trips(100.0, 1) == _round_trips(100.0, 30)


def test_on_the_slowest_way_that_is_accepted_a_copy_succeeds():
    assert _round_trips(LATENCY_MS_MAX, 1) > 1


def test_a_copy_that_fails_says_how():
    with pytest.raises(Failed) as caught:
        list(measure(experiment, {"latency_ms": (10_000.0,)}, "copy_seconds", 1))

    assert str(caught.value.__cause__) == "the copy ended with exit code 3"


@pytest.mark.parametrize("wrong", [{"latency_ms": (0,)}, {"latency_ms": (1001,)}, {"files": (-1,)}])
def test_what_no_way_and_no_folder_has_is_refused(wrong):
    with pytest.raises(Misfit):
        check(experiment, wrong)
