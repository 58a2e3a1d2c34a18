"""Where nothing fails, nothing is told to have failed; of two runs of a job one at most is refused."""

from psync.core.errors import EXIT_CONNECTION, EXIT_CONVERGED
from sim.checkers.checker import Checker


class Untroubled(Checker):
    """Looks at the exit codes of runs that no fault has disturbed."""

    def after_run(self, exit_code: int) -> None:
        """The run has converged, unless another one was already at work."""
        allowed = {EXIT_CONVERGED}
        kinds = set(self.trial.effects)
        if "RivalRun" in kinds:
            kinds.remove("RivalRun")
            allowed.add(EXIT_CONNECTION)
        if not kinds and exit_code not in allowed:
            raise self.broken("untroubled", f"exit code {exit_code}, and nothing has failed")
