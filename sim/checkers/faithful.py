"""After a run each entry has the mode and the time that it has at the source, to the nanosecond."""

import stat

from msgspec import Struct

from psync.core.errors import EXIT_CONVERGED
from sim.checkers.checker import Checker
from sim.plan import Place


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
        if not self.trial.plan.is_deleting:
            return
        wanted, found = self.trial.wanted_tree(), self.trial.tree_of_target()
        if wanted != found:
            wrong = sorted({path for path, _ in wanted.items() ^ found.items()})
            raise self.broken("faithful", f"the target differs: {wrong[:5]}")

    def finish(self) -> None:
        """Compare the attributes of the folders of the job and of all that the source holds."""
        source, _ = self.trial.exclusions.divide(self.trial.tree_of_source())
        for path in (b"", *source):
            wanted = self._attributes(self.trial.plan.source_place, self.trial.source, path)
            found = self._attributes(self.trial.plan.target_place, self.trial.target, path)
            if wanted != found:
                raise self.broken("faithful", f"{path!r} has {found} where the source has {wanted}")

    def _attributes(self, place: Place, root: bytes, path: bytes) -> _Attributes | None:
        """Give what both ends can keep of an entry's mode and time."""
        node = self.trial.machine(place.machine).disk.find(root + b"/" + path)
        if node is None:
            return None
        disks = [self.trial.machine(name).disk for name in self.trial.setups]
        step_ns = max(disk.time_granularity_ns for disk in disks)
        mode = stat.S_IMODE(node.st_mode) if all(disk.modes_kept for disk in disks) else 0
        return _Attributes(mode, node.stat_result.st_mtime_ns // step_ns * step_ns)
