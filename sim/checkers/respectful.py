"""What somebody has written into the target since it was scanned is neither overwritten nor deleted.

The promise holds until the target is scanned again: whoever scans sees the file.
"""

from typing import TYPE_CHECKING

from sim.checkers.checker import Checker
from sim.gate import Call

if TYPE_CHECKING:
    from sim.trial import Trial


class Respectful(Checker):
    """Looks at the files that somebody has written whenever the target is about to be scanned, and after a run."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._watchers = trial.machine(trial.plan.target_place.machine).watchers

    def target_written(self) -> None:
        """Look from now on."""
        if self._before not in self._watchers:
            self._watchers.append(self._before)

    def after_run(self, exit_code: int) -> None:
        """The files stand as they were written."""
        self._look()

    def _before(self, call: Call) -> None:
        if call.name == "scandir":
            self._look()

    def _look(self) -> None:
        written = self.trial.written_into_target
        if not written or not self.trial.machine(self.trial.plan.target_place.machine).is_up:
            return
        key = self.trial.key
        found = {key(path): content for path, content in self.trial.tree_of_target().items()}
        for path, content in sorted(written.items()):
            if found.get(key(path)) != content:
                raise self.broken("respectful", f"{path!r} was written since the scan, and is lost")
        written.clear()
