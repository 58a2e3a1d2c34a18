"""What cannot be replicated is told, under its path and for its reason."""

from typing import TYPE_CHECKING

from psync.core.errors import EXIT_CONVERGED, EXIT_PARTIAL
from psync.core.problems import NOTICES, ProblemCode
from psync.engine.events import Event, ProblemFound
from sim.checkers.checker import Checker
from sim.faults.unfit import EntryUnfit

if TYPE_CHECKING:
    from sim.trial import Trial


class Told(Checker):
    """Compares the problems of a run that nothing else has disturbed with what its users have made."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._expected: dict[EntryUnfit, tuple[set[bytes], ProblemCode]] = {}
        self._told: set[tuple[bytes, ProblemCode]] = set()

    def before_run(self) -> None:
        """Look at what stands."""
        self._expected = self.trial.unfit.expected()
        self._told = set()

    def heard(self, event: Event) -> None:
        """A problem is told."""
        if isinstance(event, ProblemFound):
            self._told.add((b"/".join(event.problem.path), event.problem.code))

    def after_run(self, exit_code: int) -> None:
        """Each has its line."""
        is_alone = all(kind.startswith(EntryUnfit.__name__) for kind in self.trial.effects)
        if not is_alone or exit_code not in (EXIT_CONVERGED, EXIT_PARTIAL):
            return
        for fault, (paths, code) in self._expected.items():
            if self._told.isdisjoint((path, code) for path in paths):
                raise self.broken("told", f"{fault.path!r} is not told as {code}: {sorted(self._told)}")
        if self._is_failure != (exit_code == EXIT_PARTIAL):
            raise self.broken("told", f"exit code {exit_code}, and this was told: {sorted(self._told)}")

    @property
    def _is_failure(self) -> bool:
        return any(code not in NOTICES for _, code in self._told)
