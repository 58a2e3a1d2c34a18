"""What every checker can be told. Each method does nothing unless a checker cares."""

from typing import TYPE_CHECKING

from psync.engine.events import Event

if TYPE_CHECKING:
    from sim.machine import Machine
    from sim.plan import Plan
    from sim.trial import Trial


class Broken(Exception):
    """A promise was not kept; `promise` names the checker."""

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise}: {what}")
        self.promise = promise


class Checker:
    """Watches a trial from its beginning to its end."""

    def __init__(self, trial: "Trial") -> None:
        self.trial = trial

    @classmethod
    def is_for(cls, plan: "Plan") -> bool:
        """Whether a plan gives it anything to look at."""
        return True

    @property
    def is_told(self) -> bool:
        """Whether it cares for what programs tell."""
        return type(self).heard is not Checker.heard

    def broken(self, promise: str, what: str) -> Broken:
        """Give the error to raise; the trial keeps it, since a program that is told of it may swallow it."""
        error = Broken(promise, what)
        self.trial.first_broken = self.trial.first_broken or error
        return error

    def heard(self, event: Event) -> None:
        """A program has told something."""

    def target_written(self) -> None:
        """Somebody else has written into the target."""

    def before_run(self) -> None:
        """A run is about to begin, with everything set up."""

    def after_run(self, exit_code: int) -> None:
        """A run is over."""

    def after_dry_run(self, exit_code: int) -> None:
        """A run is over that was to change nothing."""

    def after_power_cut(self, machine: "Machine") -> None:
        """A machine has booted again."""

    def finish(self) -> None:
        """The trial is over, and all has converged."""
