"""After a run each entry has the mode and the time that it has at the source, to the nanosecond."""

import stat

from msgspec import Struct

from psync.core.errors import EXIT_CONVERGED
from sim.checkers.checker import Checker
from sim.machine import Machine


class _Attributes(Struct, frozen=True):
    mode: int
    mtime_ns: int


class Faithful(Checker):
    """Looks at both trees after each run that nothing has disturbed, and once all is over."""

    def after_run(self, exit_code: int) -> None:
        """Not the next run is faithful, but this one."""
        if exit_code == EXIT_CONVERGED and not self.trial.effects:
            self._compare_contents()
            self.finish()

    def _compare_contents(self) -> None:
        """Where all may be deleted that the source lacks, both trees are equal."""
        source, target = self.trial.tree_of_source(), self.trial.tree_of_target()
        if self.trial.plan.is_deleting and source != target:
            wrong = sorted({path for path, _ in source.items() ^ target.items()})
            raise self.broken("faithful", f"the target differs: {wrong[:5]}")

    def finish(self) -> None:
        """Compare the attributes of the folders of the job and of all that the source holds."""
        plan = self.trial.plan
        source, target = (
            self.trial.machine(plan.source_place.machine),
            self.trial.machine(plan.target_place.machine),
        )
        for path in (b"", *self.trial.tree_of_source()):
            wanted = _attributes(source, self.trial.source, path)
            found = _attributes(target, self.trial.target, path)
            if wanted != found:
                raise self.broken("faithful", f"{path!r} has {found} where the source has {wanted}")


def _attributes(machine: Machine, root: bytes, path: bytes) -> _Attributes:
    status = machine.files.os.stat(root + b"/" + path if path else root, follow_symlinks=False)
    return _Attributes(stat.S_IMODE(status.st_mode), status.st_mtime_ns)
