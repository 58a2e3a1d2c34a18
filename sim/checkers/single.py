"""One listener owns the port; whoever comes second exits non-zero, and does not disturb the first."""

from typing import TYPE_CHECKING

from psync.engine.events import Event, ListenerReady, RunRefused
from sim.checkers.checker import Checker
from sim.faults.configuration import CONFIGURATION_FAULTS
from sim.process import Process, current_process

if TYPE_CHECKING:
    from sim.trial import Trial

# How a listener says that it is the second one.
SECOND = frozenset({"DUPLICATE_LISTENER", "ADDRESS_IN_USE"})


class Single(Checker):
    """Notes which process says that it listens, and which that it cannot."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__(trial)
        self._is_alone = all(isinstance(fault, CONFIGURATION_FAULTS) for fault in trial.plan.faults)
        self._owners: dict[tuple[str, int], Process] = {}
        self._losers: list[tuple[Process, list[Process]]] = []

    def heard(self, event: Event) -> None:
        """Note owners and losers."""
        if isinstance(event, ListenerReady):
            process = current_process()
            address = process.stack.name, event.port
            owner = self._owners.get(address)
            if owner is not None and owner.is_alive:
                raise self.broken("single", f"{owner.name} and {process.name} both own port {event.port}")
            self._owners[address] = process
        elif isinstance(event, RunRefused) and event.cause.code in SECOND:
            process = current_process()
            self._losers.append((process, self._owners_beside(process)))

    def after_run(self, exit_code: int) -> None:
        """Those who came second are gone and said so with their exit codes; the first is there."""
        for loser, owners in self._losers:
            if not loser.exit_code:
                raise self.broken(
                    "single", f"{loser.name} came second, and its exit code is {loser.exit_code}"
                )
            if self._is_alone and not any(owner.is_alive for owner in owners):
                raise self.broken("single", f"{loser.name} came second, and the first one is gone")
        self._losers.clear()
        for rival in self.trial.rivals:
            self._check_rival(rival)

    def _check_rival(self, rival: Process) -> None:
        is_owner = rival in self._owners.values()
        if not is_owner and not rival.exit_code and not rival.is_hung:
            raise self.broken(
                "single", f"{rival.name} neither owns a port nor failed: exit code {rival.exit_code}"
            )

    def _owners_beside(self, process: Process) -> list[Process]:
        return [
            owner
            for (machine, _), owner in self._owners.items()
            if machine == process.stack.name and owner.is_alive
        ]
