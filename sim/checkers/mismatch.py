"""Port or key mismatch: no byte changes on either side, and the diagnosis names the cause (guide, Troubleshooting 1).

Where other faults come in between, the first thing that failed may be another
one; then nothing may be acknowledged, and the run must not claim success. Of two
runs at once it is not told which one has done what.
"""

from typing import TYPE_CHECKING

from psync.core.errors import EXIT_CONNECTION, EXIT_CONVERGED
from psync.engine.events import ChangeDone, ConnectionFailed, Event
from sim.checkers.checker import Checker
from sim.configuration import NO_KEYS, Setup
from sim.faults import RivalRun
from sim.faults.configuration import CONFIGURATION_FAULTS
from sim.plan import CLIENT
from sim.trees import Tree

if TYPE_CHECKING:
    from sim.trial import Trial


class Mismatch(Checker):
    """Knows from how the machines are set up what a run must end with."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._is_alone = all(isinstance(fault, CONFIGURATION_FAULTS) for fault in trial.plan.faults)
        self._has_rivals = any(isinstance(fault, RivalRun) for fault in trial.plan.faults)
        self._expected = ""
        self._trees: tuple[Tree, Tree] = ({}, {})
        self._causes: list[str] = []

    def before_run(self) -> None:
        """Look at both sides; the source is dialled first."""
        places = (self.trial.plan.source_place, self.trial.plan.target_place)
        setups = [self.trial.setups[place.machine] for place in places if place.is_remote]
        causes = [cause_between(self.trial.setups[CLIENT], setup) for setup in setups]
        self._expected = next(filter(None, causes), "")
        self._trees = self._look() if self._expected and self._is_alone else ({}, {})
        self._causes = []

    def heard(self, event: Event) -> None:
        """Nothing is done in such a run."""
        if isinstance(event, ConnectionFailed):
            self._causes.append(event.cause.code)
        elif isinstance(event, ChangeDone) and self._expected and not self._has_rivals:
            raise self.broken("mismatch", f"something was done in spite of {self._expected}")

    def after_run(self, exit_code: int) -> None:
        """Compare exit code, cause and trees."""
        expected, self._expected = self._expected, ""
        if not expected:
            return
        if exit_code == EXIT_CONVERGED:
            raise self.broken("mismatch", f"a run has converged in spite of {expected}")
        if self._is_alone:
            self._check(expected, exit_code)

    def _check(self, expected: str, exit_code: int) -> None:
        if (exit_code, self._causes) != (EXIT_CONNECTION, [expected]):
            raise self.broken("mismatch", f"{expected} was told as {self._causes}, exit code {exit_code}")
        if self._look() != self._trees:
            raise self.broken("mismatch", f"bytes have changed in spite of {expected}")

    def _look(self) -> tuple[Tree, Tree]:
        return self.trial.tree_of_source(), self.trial.tree_of_target()


def cause_between(client: Setup, listener: Setup) -> str:
    """What keeps a client from a listener; empty if nothing does."""
    if client.port != listener.port:
        return "CONNECT_REFUSED"
    if client.keys == listener.keys:
        return ""
    return "MODE_MISMATCH" if NO_KEYS in (client.keys, listener.keys) else "KEY_MISMATCH"
