"""What simulated programs have looked at, by their system calls."""

from pyfakefs.fake_file import FakeFile

from sim.gate import Call
from sim.inodes import path_of
from sim.machine import Machine

READING = ("read", "pread", "preadv", "scandir")


class Looks:
    """What the programs of a machine read and list from now on, in a folder and below it."""

    def __init__(self, machine: Machine, root: FakeFile) -> None:
        self._machine = machine
        self._root = path_of(root)
        self._seen: set[tuple[str, ...]] = set()
        machine.witnesses.append(self._note)

    @property
    def paths(self) -> list[str]:
        """Relative paths, `.` for the folder itself."""
        return sorted("/".join(names) or "." for names in self._seen)

    def _note(self, call: Call, outcome: object) -> None:
        if call.name not in READING or isinstance(outcome, OSError):
            return
        node = self._machine.systems[call.process].os.descriptor(call.arguments[0]).node
        names = path_of(node)
        if names[: len(self._root)] == self._root:
            self._seen.add(names[len(self._root) :])
