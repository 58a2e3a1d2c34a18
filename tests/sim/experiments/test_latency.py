"""The experiment on latency."""

from sim.experiments.latency import experiment
from sim.world import World


def _round_trips(latency_ms: float, files: int) -> float:
    with World(1, keeps_trace=False) as world:
        return round(world.run(experiment(world, latency_ms=latency_ms, files=files))["round_trips"])


def test_the_number_of_round_trips_is_that_of_one_file():
    assert _round_trips(100.0, 1) == _round_trips(100.0, 30)
