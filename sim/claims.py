"""What only one process of a machine can have: locks on folders, and instance names.

A lock behaves as `flock` on a description of its own does: it is on the inode,
whatever its name, it conflicts with a second one of the same process too, and
it knows nothing of folders above and below.
"""

from msgspec import Struct
from pyfakefs.fake_file import FakeFile

from psync.system import FolderLocked, InstanceClaimed
from sim.process import Process

OWN_PROCESS = "this process"


class Held(Struct, eq=False):
    """A lock or a claim, held until it is released or its process ends."""

    process: Process
    holders: "list[Held]"
    subject: FakeFile | str
    is_exclusive: bool = True

    def release(self) -> None:
        """Give it up; a second call does nothing."""
        self.process.disown(self)
        if self in self.holders:
            self.holders.remove(self)

    def close(self) -> None:
        """The process has ended."""
        self.release()

    def vanish(self) -> None:
        """The machine that kept it has lost its power."""
        self.release()


class Claims:
    """All locks and claims of one machine."""

    def __init__(self) -> None:
        self._held: list[Held] = []

    def lock(self, process: Process, folder: FakeFile, *, is_exclusive: bool) -> Held:
        """Lock a folder; raise `FolderLocked` if that conflicts with a lock that is held."""
        rivals = [
            held for held in self._held if held.subject is folder and (is_exclusive or held.is_exclusive)
        ]
        owners = {held.process: None for held in rivals}
        if process in owners:
            raise FolderLocked(OWN_PROCESS)
        if owners:
            raise FolderLocked(f"process {next(iter(owners)).process_id}")
        return self._hold(Held(process, self._held, folder, is_exclusive))

    def claim(self, process: Process, instance: str) -> Held:
        """Claim a name; raise `InstanceClaimed` if it is taken."""
        for held in self._held:
            if held.subject == instance:
                raise InstanceClaimed(held.process.process_id)
        return self._hold(Held(process, self._held, instance))

    def _hold(self, held: Held) -> Held:
        held.process.own(held)
        self._held.append(held)
        return held
