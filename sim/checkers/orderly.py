"""A program that its operator ends does end, soon, and by itself."""

from typing import TYPE_CHECKING

from sim.checkers.checker import Checker
from sim.link import SECOND_NS
from sim.process import Process

if TYPE_CHECKING:
    from sim.trial import Trial

# What a commit in progress and a goodbye may take, on a slow link, too.
STOP_SECONDS_MAX = 60.0

# What a program may have to wait for, however long it takes.
HINDRANCES = ("DiskHangs", "DiskSlow", "ProcessHangs")


class Orderly(Checker):
    """Looks after a while at each program that was asked to end."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._late: list[Process] = []

    def stopped(self, process: Process) -> None:
        """Come back later."""

        def look() -> None:
            if process.is_alive and not process.is_hung:
                self._late.append(process)

        self.trial.world.agenda.after(round(STOP_SECONDS_MAX * SECOND_NS), look)

    def after_run(self, exit_code: int) -> None:
        """None of them still runs."""
        self._check()

    def finish(self) -> None:
        """None of them still runs."""
        self._check()

    def _check(self) -> None:
        if self._late and not any(kind.startswith(HINDRANCES) for kind in self.trial.effects):
            name = self._late[0].name
            raise self.broken("orderly", f"{name} still ran {STOP_SECONDS_MAX:g} s after it was asked to end")
