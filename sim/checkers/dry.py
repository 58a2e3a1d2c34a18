"""A dry run changes nothing at the target, nor makes it."""

from typing import TYPE_CHECKING

from pyfakefs.fake_file import FakeFile

from psync.core.errors import EXIT_CONVERGED
from psync.engine.events import ChangeDone, Event
from sim.checkers.checker import Checker
from sim.faults import RivalRun
from sim.plan import Plan

if TYPE_CHECKING:
    from sim.trial import Trial

# What there is to see of an entry: its content, its mode, when it was changed; None if it is not there.
Seen = tuple[object, int, int] | None


class Dry(Checker):
    """Looks at the target before a dry run and after it. What somebody else writes there is not looked at."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._before: dict[bytes, Seen] = {}
        self._has_rivals = any(isinstance(fault, RivalRun) for fault in trial.plan.faults)

    @classmethod
    def is_for(cls, plan: Plan) -> bool:
        """Most plans have no dry run."""
        return plan.is_dry_run_first

    def before_run(self) -> None:
        """Look."""
        if self.trial.is_run_dry:
            self._before = self._look()

    def heard(self, event: Event) -> None:
        """Nothing may be called done."""
        if self.trial.is_run_dry and not self._has_rivals and isinstance(event, ChangeDone):
            raise self.broken("dry", f"{b'/'.join(event.change.path)!r} is called done")

    def after_dry_run(self, exit_code: int) -> None:
        """Look again."""
        found = {} if self._has_rivals else self._look()
        wrong = sorted(
            path
            for path in found.keys() | self._before.keys()
            if found
            and path not in self.trial.written_into_target
            and found.get(path) != self._before.get(path)
        )
        if wrong:
            raise self.broken("dry", f"the target has changed: {wrong[:5]}")
        if not self.trial.effects and exit_code != EXIT_CONVERGED:
            raise self.broken("dry", f"exit code {exit_code}, and nothing has failed")

    def _look(self) -> dict[bytes, Seen]:
        disk = self.trial.machine(self.trial.plan.target_place.machine).disk
        paths = {b"": disk.find(self.trial.target)}
        for path in self.trial.tree_of_target():
            paths[path] = disk.find(self.trial.target + b"/" + path)
        return {path: _seen(node) for path, node in paths.items()}


def _seen(node: FakeFile | None) -> Seen:
    if node is None:
        return None
    status = node.stat_result
    return node.byte_contents, status.st_mode, status.st_mtime_ns
