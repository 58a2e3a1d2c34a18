"""Files that another program of a Windows machine has open."""

import ntpath

from msgspec import Struct

from psync.core.paths import PathStyle
from sim.faults.fault import Heal, Seconds, Site
from sim.gate import PATHS, Call
from sim.handles import Handle
from sim.link import SECOND_NS
from sim.machine import Machine
from sim.windows import (
    ACCESS_DENIED,
    EXCLUSIVE,
    FOLDER,
    FOLDER_NOT_EMPTY,
    LOCK_VIOLATION,
    MARKED,
    OPEN_ELSEWHERE,
    SHARING_VIOLATION,
    TABLE,
    fold,
)

_REFUSED = (ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION)

# In which state of a file Windows refuses what, and with which error.
_REFUSALS = frozenset((state, number) for (_, state), number in TABLE.items() if number in _REFUSED)


class FileLocked(Struct, frozen=True, tag="file-locked"):
    """Another program has a file open for so long, in a way that keeps psync from it.

    `path` is one of the disk, `/C:/folder/file`; a file that is not there is not locked. `state` is one of
    `sim.windows.OPEN_ELSEWHERE`. Under the rules of Linux a lock has no effect. Plans are drawn with such
    locks; whoever writes one down asks for its `flaw`.
    """

    machine: str
    path: str
    seconds: Seconds
    state: str = EXCLUSIVE

    def __post_init__(self) -> None:
        if self.state not in OPEN_ELSEWHERE:
            raise ValueError(f"no file is open {self.state!r}; there are: {'; '.join(OPEN_ELSEWHERE)}")

    def arm(self, site: Site) -> Heal:
        """Open the file, and count each call that fails for it."""
        machine = site.machine(self.machine)
        node = machine.disk.find(self.path.encode())
        handles: list[Handle] = [] if node is None else [machine.disk.handles.open(node, self.state)]

        def witness(call: Call, outcome: object) -> None:
            if handles and isinstance(outcome, OSError) and self._is_cause(call, outcome):
                site.took_effect(self, f"{call.name} {vars(outcome)['winerror']}")

        def heal() -> None:
            while handles:
                handles.pop().close()
            if witness in machine.witnesses:
                machine.witnesses.remove(witness)

        machine.witnesses.append(witness)
        site.world.agenda.after(round(self.seconds * SECOND_NS), heal)
        return heal

    def flaw(self, machine: Machine) -> str:
        """Why it would keep nobody from a file if it were armed now; empty if it may."""
        if machine.style is not PathStyle.WINDOWS:
            return f"{self.path} on {self.machine} cannot be locked: it is no Windows machine"
        if machine.disk.find(self.path.encode()) is None:
            return f"{self.path} on {self.machine} cannot be locked: there is no such file (/C:/folder/file)"
        return ""

    def _is_cause(self, call: Call, error: OSError) -> bool:
        """Whether a call on the file or its folder has failed with what Windows says of this lock.

        A file that is deleted while it is open keeps its name, marked, until the lock ends, and its folder
        cannot be removed before.
        """
        if call.name == "rmdir" and getattr(error, "winerror", None) == FOLDER_NOT_EMPTY:
            return self._is_named(call, self.path.split("/")[-2:-1])
        locked = self.path.split("/")[-2 if self.state == FOLDER else -1 :]
        number = getattr(error, "winerror", None)
        is_told = any((state, number) in _REFUSALS for state in (self.state, MARKED))
        return is_told and self._is_named(call, locked)

    def _is_named(self, call: Call, locked: list[str]) -> bool:
        """Whether a call names one of these; a read is made through a descriptor, and names nothing."""
        paths = [path for path in call.arguments[: PATHS.get(call.name, 0)] if isinstance(path, bytes)]
        names = {fold(ntpath.basename(path).decode("utf-8", "replace")) for path in paths}
        return not paths or not names.isdisjoint(map(fold, locked))
