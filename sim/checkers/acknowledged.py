"""What was acknowledged survives, kills at every durability and power cuts at `file` and `batch`."""

from psync.core.changes import Delete, WriteFile
from psync.core.manifest import EntryPath, Kind
from psync.core.settings import Durability
from psync.engine.events import ChangeDone, Event
from sim.checkers.checker import Checker
from sim.machine import Machine


class Acknowledged(Checker):
    """Notes what the client calls done, and looks for it after each run and each power cut."""

    def heard(self, event: Event) -> None:
        """Note a change that is done."""
        if not isinstance(event, ChangeDone):
            return
        if isinstance(event.change, WriteFile):
            content = self._content(event.change.path)
            if content is not None:
                self.trial.ledger.acknowledge(event.change.path, content)
        elif isinstance(event.change, Delete) and event.change.kind is Kind.FILE:
            self.trial.ledger.acknowledge_deletion(event.change.path)

    def after_run(self, exit_code: int) -> None:
        """Nothing may fall behind what was acknowledged."""
        if self.trial.machine(self.trial.plan.target_place.machine).is_up:
            self._look("never falls behind")

    def after_power_cut(self, machine: Machine) -> None:
        """Nothing that was acknowledged may be lost."""
        if machine.name != self.trial.plan.target_place.machine:
            return
        if self.trial.plan.durability is Durability.NONE:
            self.trial.ledger.forget_promises()
        self._look("acknowledged")

    def _look(self, promise: str) -> None:
        broken = self.trial.ledger.broken_promises(self.trial.tree_of_target())
        if broken:
            raise self.broken(promise, broken[0])

    def _content(self, path: EntryPath) -> bytes | None:
        found = self.trial.found_at_target(b"/".join(path))
        return found if isinstance(found, bytes) else None
