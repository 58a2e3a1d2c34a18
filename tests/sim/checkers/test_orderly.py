"""A program that goes on although its operator has ended it is found."""

import asyncio

import pytest

from sim.checkers.checker import Broken
from sim.checkers.orderly import STOP_SECONDS_MAX, Orderly
from sim.process import Process
from sim.trial import Trial
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning


def stopped(trial: Trial, seconds: float) -> tuple[Orderly, Process]:
    """A program that is asked to end, and does so a while later."""
    checker = Orderly(trial)
    process = Process(trial.machine("far").stack, 1000, trial.world.loop, trial.world.trace)
    checker.stopped(process)
    trial.world.agenda.after(round(seconds * 1e9), lambda: process.end(0))
    trial.world.run(asyncio.sleep(STOP_SECONDS_MAX + 1))
    return checker, process


def test_one_that_ends_in_time_is_right() -> None:
    with beginning() as trial, does_not_raise():
        checker, _ = stopped(trial, STOP_SECONDS_MAX - 1)
        checker.after_run(0)
        checker.finish()


def test_one_that_goes_on_is_found_after_the_run_and_in_the_end() -> None:
    with beginning() as trial:
        checker, process = stopped(trial, STOP_SECONDS_MAX * 2)

        with pytest.raises(Broken, match=f"orderly: {process.name} still ran 60 s after it was asked to end"):
            checker.after_run(0)
        with pytest.raises(Broken, match="orderly"):
            checker.finish()


def test_one_that_waits_for_a_disk_may_take_longer() -> None:
    with beginning() as trial, does_not_raise():
        trial.effects["DiskHangs in a thread"] += 1
        checker, _ = stopped(trial, STOP_SECONDS_MAX * 2)
        checker.finish()
