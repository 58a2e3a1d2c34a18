"""A broken promise names its checker."""

from sim.checkers.checker import Broken, Checker
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning


def test_a_broken_promise_is_told_with_its_name() -> None:
    assert (str(Broken("whole", "torn")), Broken("whole", "torn").promise) == ("whole: torn", "whole")


def test_a_checker_that_cares_for_nothing_lets_everything_pass() -> None:
    with beginning() as trial:
        checker = Checker(trial)

        with does_not_raise():
            checker.after_run(1)
            checker.after_power_cut(trial.machine("far"))
            checker.finish()
