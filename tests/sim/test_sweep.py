"""Seeds on several processes."""

from contextlib import closing

from sim.presets import derive
from sim.sweep import CHUNK_SEEDS, sweep
from sim.trial import carry_out

SEEDS = range(1, CHUNK_SEEDS + 4)


def test_the_results_are_those_of_the_seeds_in_their_order_with_several_processes():
    carried = list(sweep("clean", SEEDS, 2))

    assert [one.seed for one in carried] == list(SEEDS)
    assert [one.result for one in carried] == [carry_out(derive("clean", seed))[0] for seed in SEEDS]


def test_no_seeds_give_no_results():
    assert list(sweep("clean", range(1, 1), 2)) == []


def test_a_sweep_that_is_closed_ends_after_the_seeds_at_hand():
    with closing(sweep("clean", range(1, 1_000_000), 2)) as carried:
        first = next(carried)

    assert (first.seed, first.result) == (1, carry_out(derive("clean", 1))[0])
    assert list(carried) == []
