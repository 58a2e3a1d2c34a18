"""The checker of single listeners finds two owners of a port, and losers that do not say so."""

import pytest

from psync.core.errors import DuplicateListener
from psync.engine.events import ListenerReady, RunRefused
from sim.checkers.checker import Broken
from sim.checkers.single import Single
from sim.process import Process
from sim.trial import Trial
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning

READY = ListenerReady(("0.0.0.0",), 7333, "/srv", True, False, True)
REFUSED = RunRefused(DuplicateListener(owner=1000, instance="default"))


def process_of(trial: Trial, machine: str = "far") -> Process:
    return Process(trial.machine(machine).stack, 1000, trial.world.loop, trial.world.trace)


def hear(checker: Single, process: Process, event: ListenerReady | RunRefused) -> None:
    process.context.copy().run(checker.heard, event)


def test_a_second_one_that_exits_non_zero_and_leaves_the_first_alone_is_right():
    with beginning() as trial:
        checker, first, second = Single(trial), process_of(trial), process_of(trial)
        hear(checker, first, READY)
        hear(checker, second, REFUSED)
        second.end(3)
        trial.rivals.append(second)

        with does_not_raise():
            checker.after_run(0)


def test_two_owners_of_one_port_are_found_unless_they_are_on_two_machines_or_one_is_gone():
    with beginning() as trial:
        checker, first, second = Single(trial), process_of(trial), process_of(trial)
        hear(checker, process_of(trial, "near"), READY)
        hear(checker, first, READY)
        first.kill()
        hear(checker, second, READY)

        with pytest.raises(Broken, match="both own port 7333"):
            hear(checker, process_of(trial), READY)


@pytest.mark.parametrize("exit_code", [0, None])
def test_a_loser_that_ends_with_zero_or_goes_on_is_found(exit_code: int | None):
    with beginning() as trial:
        checker, first, second = Single(trial), process_of(trial), process_of(trial)
        hear(checker, first, READY)
        hear(checker, second, REFUSED)
        if exit_code is not None:
            second.end(exit_code)

        with pytest.raises(Broken, match=f"came second, and its exit code is {exit_code}"):
            checker.after_run(0)


def test_a_first_listener_that_goes_when_the_second_one_comes_is_found():
    with beginning() as trial:
        checker, first, second = Single(trial), process_of(trial), process_of(trial)
        hear(checker, first, READY)
        hear(checker, second, REFUSED)
        second.end(3)
        first.kill()

        with pytest.raises(Broken, match="came second, and the first one is gone"):
            checker.after_run(0)


def test_a_rival_that_neither_owns_a_port_nor_fails_is_found():
    with beginning() as trial:
        checker = Single(trial)
        trial.rivals.append(process_of(trial))

        with pytest.raises(Broken, match="neither owns a port nor failed: exit code None"):
            checker.after_run(0)
