"""Nothing is left behind: no temporary, no descriptor, no session, no task, no defect, no change outside the job."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from psync.core.manifest import EntryPath
from psync.core.paths import is_temporary_name
from psync.engine.events import Event, ProblemFound, SessionEnded
from psync.engine.listener import Listener
from sim.checkers.checker import Checker
from sim.process import Process

# Exit codes of runs in which each change was answered, so that nothing of one is under way any more.
ALL_ANSWERED = (0, 1)

# Faults after which a temporary may wait for a later run: it is not found, stays, or comes back.
HINDRANCES = ("CallFails scandir", "CallFails unlink", "CallFails close", "DiskReadOnly", "PowerCut")

if TYPE_CHECKING:
    from sim.trial import Trial


class Tidy(Checker):
    """Looks at what a program that has ended still holds, and at the target once all is over."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._source_at_first = trial.tree_of_source()
        self._hindrances_before = 0
        self._told: set[EntryPath] = set()

    def before_run(self) -> None:
        """What has hindered an earlier run is no excuse."""
        self._hindrances_before = self._hindrances
        self._told = set()

    def heard(self, event: Event) -> None:
        """A session must not end by a defect; what lies in a folder that could not be listed is not seen."""
        if isinstance(event, ProblemFound):
            self._told.add(event.problem.path)
        if isinstance(event, SessionEnded) and event.defect is not None:
            raise self.broken("tidy", f"a session ended by a defect: {event.defect!r}")

    def after_run(self, exit_code: int) -> None:
        """A program that ended by itself has closed what it opened, and told no defect."""
        for name, machine in self.trial.world.machines.items():
            for process in machine.ended_leaking():
                raise self.broken("tidy", f"{process} of {name} ended with open files")
        if exit_code in ALL_ANSWERED and self._hindrances == self._hindrances_before:
            self._check_temporaries(unseen=self._told)

    def finish(self) -> None:
        """No temporary stays, and a listener without clients holds no file open and none of its sessions."""
        self._check_temporaries()
        for process in self.trial.holding_files():
            raise self.broken("tidy", f"{process.name} holds files of sessions that are over")
        for process, listener in self.trial.replication.listeners.items():
            if process.is_alive:
                self._check_sessions(process, listener)

    @property
    def _hindrances(self) -> int:
        """How often something came up for which a temporary may be left although psync did what it could."""
        return sum(count for kind, count in self.trial.effects.items() if kind.startswith(HINDRANCES))

    def _check_sessions(self, process: Process, listener: Listener) -> None:
        """A listener takes a limited number of sessions, so that one without a client is lost to the others."""
        connections = self.trial.world.network.connections_of(process)
        if listener.sessions > connections:
            what = f"{process.name} counts {listener.sessions} sessions, and has {connections} connections"
            raise self.broken("tidy", what)

    def _check_temporaries(self, unseen: Collection[EntryPath] = ()) -> None:
        """`unseen`: folders that could not be listed, nor anything below them."""
        paths = [tuple(path.split(b"/")) for path in self.trial.tree_of_target()]
        temporaries = [path for path in paths if is_temporary_name(path[-1])]
        left = [b"/".join(path) for path in temporaries if not any(path[: len(one)] == one for one in unseen)]
        if left:
            raise self.broken("tidy", f"temporaries are left: {left}")
