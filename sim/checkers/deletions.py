"""Nothing is deleted unless that was asked for, nothing that the source has, and all of it after the contents."""

from typing import TYPE_CHECKING

from psync.core.changes import Delete, WriteFile
from psync.core.manifest import EntryPath, Kind
from psync.engine.events import ChangeDone, Event, ProblemFound, RunStarted
from sim.checkers.checker import Checker
from sim.faults import RivalRun

if TYPE_CHECKING:
    from sim.trial import Trial


class Deletions(Checker):
    """Compares what the client calls deleted with what the source holds at that moment."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._deleted: set[EntryPath] = set()
        self._troubled: set[EntryPath] = set()
        # Of two runs at once it is not told which one has done what.
        self._has_rivals = any(isinstance(fault, RivalRun) for fault in trial.plan.faults)

    def heard(self, event: Event) -> None:
        """A change is done, or a run begins."""
        if isinstance(event, RunStarted):
            self._deleted.clear()
            self._troubled.clear()
        elif isinstance(event, ProblemFound):
            self._troubled.add(event.problem.path)
        elif isinstance(event, ChangeDone):
            if isinstance(event.change, Delete):
                self._check_deletion(event.change)
            elif isinstance(event.change, WriteFile):
                self._check_order(event.change)

    def _check_deletion(self, change: Delete) -> None:
        name = b"/".join(change.path)
        if not self.trial.plan.is_deleting:
            raise self.broken("deletions", f"{name!r} was deleted, and nobody has asked for that")
        source = self.trial.tree_of_source()
        is_there = name in source and (source[name] is None) == (change.kind is Kind.FOLDER)
        if is_there and not (self._has_rivals and self._is_edited(name)):
            raise self.broken("deletions", f"{name!r} was deleted, and the source has it")
        self._deleted.add(change.path)

    def _is_edited(self, name: bytes) -> bool:
        """Whether the user makes something there; a rival that began before may not have seen it."""
        edited = (edit.path.encode() + b"/" for edits in self.trial.plan.edits for edit in edits)
        return any(path.startswith(name + b"/") for path in edited)

    def _is_out_of_turn(self, path: EntryPath) -> bool:
        key = self.trial.key
        return key(b"/".join(path)) not in {key(b"/".join(one)) for one in self._deleted | self._troubled}

    def _check_order(self, change: WriteFile) -> None:
        """A file may come after deletions where it takes the place of a folder.

        The folder may be gone although its deletion could not be made certain, and is told as a problem.
        """
        if self._deleted and self._is_out_of_turn(change.path) and not self._has_rivals:
            raise self.broken("deletions", f"{b'/'.join(change.path)!r} came after something was deleted")
