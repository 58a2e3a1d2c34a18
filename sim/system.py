"""`psync.system.System` of one simulated process."""

import errno
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyfakefs.fake_file import FakeDirectory

from psync.core.paths import PathStyle
from psync.system import Volume
from sim.claims import Held
from sim.databases import SimDatabases
from sim.disk import READ, USER_ID, permits
from sim.failure import failure
from sim.gate import Gate, system_call
from sim.process import Process

if TYPE_CHECKING:
    from sim.machine import Machine


class SimSystem:
    """A machine as one of its processes sees it; `random` is the source of `random_bytes`."""

    user_id = USER_ID

    def __init__(self, machine: "Machine", process: Process, gate: Gate, random: Random) -> None:
        self.os = machine.operating_system(process, gate)
        self.path_style = machine.style
        self.databases = SimDatabases(machine.databases, process)
        self.gate = gate
        self.host_name = machine.name
        self.boot_id = f"{machine.name} boot {machine.generation}".encode()
        self.process_id = process.process_id
        self.environment = MappingProxyType(dict(machine.environment))
        self._machine = machine
        self._process = process
        self._random = random

    def now_ns(self) -> int:
        """The machine's wall clock."""
        return self._machine.now_ns()

    def random_bytes(self, length: int) -> bytes:
        """The next bytes of this process's own stream."""
        return self._random.randbytes(length)

    def volume(self, fd: int) -> Volume:
        """The machine's only file system."""
        self.os.descriptor(fd)
        disk = self._machine.disk
        is_folded = disk.fold is not None
        return Volume(disk.time_granularity_ns, is_folded, disk.free_bytes, disk.modes_kept)

    @system_call
    def sync_volume(self, fd: int) -> None:
        """syncfs(2); Windows lets only administrators sync a volume."""
        self.os.descriptor(fd).usable()
        if self.path_style is PathStyle.WINDOWS:
            raise failure(errno.EOPNOTSUPP)
        self._machine.disk.journal.sync_all()

    @system_call
    def lock_folder(self, fd: int, *, exclusive: bool) -> Held:
        """flock(2) on a description of its own."""
        folder = self.os.descriptor(fd).node
        if not isinstance(folder, FakeDirectory):
            raise failure(errno.ENOTDIR)
        if not permits(folder, READ):
            raise failure(errno.EACCES)
        return self._machine.claims.lock(self._process, folder, is_exclusive=exclusive)

    @system_call
    def claim_instance(self, instance: str) -> Held:
        """Become the only listener of a name on this machine."""
        return self._machine.claims.claim(self._process, instance)
