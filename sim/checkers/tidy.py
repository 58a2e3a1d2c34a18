"""Nothing is left behind: no temporary, no descriptor, no task, no defect, no change outside the job."""

from typing import TYPE_CHECKING

from psync.core.paths import is_temporary_name
from psync.engine.events import Event, SessionEnded
from sim.checkers.checker import Broken, Checker

if TYPE_CHECKING:
    from sim.trial import Trial


class Tidy(Checker):
    """Looks at what a program that has ended still holds, and at the target once all is over."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._source_at_first = trial.tree_of_source()

    def heard(self, event: Event) -> None:
        """A session must not end by a defect."""
        if isinstance(event, SessionEnded) and event.defect is not None:
            raise Broken("tidy", f"a session ended by a defect: {event.defect!r}")

    def after_run(self, exit_code: int) -> None:
        """A program that ended by itself has closed what it opened, and told no defect."""
        for name, machine in self.trial.world.machines.items():
            for process in machine.ended_leaking():
                raise Broken("tidy", f"{process} of {name} ended with open files")

    def finish(self) -> None:
        """No temporary stays."""
        left = [path for path in self.trial.tree_of_target() if is_temporary_name(path.rpartition(b"/")[2])]
        if left:
            raise Broken("tidy", f"temporaries are left: {left}")
