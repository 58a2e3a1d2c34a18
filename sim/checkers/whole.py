"""A target's content is the original or one whole source version, at every change and after every crash."""

import stat
from typing import TYPE_CHECKING

from pyfakefs.fake_file import FakeFile

from psync.core.paths import is_temporary_name
from psync.core.settings import Durability
from sim.checkers.checker import Checker
from sim.machine import Machine

if TYPE_CHECKING:
    from sim.trial import Trial


class Whole(Checker):
    """Looks at each file of the target whenever its name or content is new.

    Without durability, a power cut may tear what was not synced: only kills are held against it.
    """

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._machine = trial.machine(trial.plan.target_place.machine)
        self._prefix = trial.target + b"/"
        self._machine.disk.watchers.append(self._look)

    def after_power_cut(self, machine: Machine) -> None:
        """Look at all files."""
        if machine is not self._machine:
            return
        for path, content in self.trial.tree_of_target().items():
            if isinstance(content, bytes):
                if self.trial.plan.durability is Durability.NONE:
                    self.trial.ledger.tolerate(path, content)
                self._check(path, content)

    def _look(self, node: FakeFile) -> None:
        if not stat.S_ISREG(node.stat_result.st_mode):
            return
        path = self._machine.disk.path(node)
        if path.startswith(self._prefix):
            self._check(path.removeprefix(self._prefix), node.byte_contents or b"")

    def _check(self, path: bytes, content: bytes) -> None:
        name = path.rpartition(b"/")[2]
        if not is_temporary_name(name) and not self.trial.ledger.is_whole(path, content):
            raise self.broken("whole", f"{path!r} holds {len(content)} bytes that it never had at the source")
