"""`System` on a real Linux machine.

Every command builds one, so this module imports only what is loaded anyway;
ctypes and socket wait for the call that needs them.
"""

import os
import time
from collections.abc import Mapping
from types import MappingProxyType

from psync.core.paths import PathStyle
from psync.real.boot import boot_id
from psync.real.locks import HeldFolder, lock_folder
from psync.real.open_files import raise_open_files
from psync.real.volume import sync_volume, volume
from psync.system import Claim, Databases, OperatingSystem, System, Volume

_ALLOWED = [name for name in (*OperatingSystem.__annotations__, *vars(OperatingSystem)) if name[0] != "_"]


def allow_list(machine: OperatingSystem) -> OperatingSystem:
    """A namespace with what the Protocol names, taken from `machine`, and with nothing else.

    The attributes are the very functions of `machine`, so that a call costs what it costs there. None
    can be replaced or added. The names come from the Protocol: a second list could only disagree.
    """
    members = {name: getattr(machine, name) for name in _ALLOWED}
    calls = {name: staticmethod(member) if callable(member) else member for name, member in members.items()}
    namespace: OperatingSystem = type("RealOperatingSystem", (), {"__slots__": (), **calls})()
    return namespace


class RealSystem:
    """This machine. `environment` is the one that the process was started with."""

    __slots__ = ("environment", "host_name")

    os = allow_list(os)  # in the methods below, `os` is the module
    path_style = PathStyle.POSIX

    def __init__(self) -> None:
        self.environment: Mapping[str, str] = MappingProxyType(dict(os.environ))
        self.host_name = os.uname().nodename

    @property
    def databases(self) -> Databases:
        # Imported here: sqlite3 costs start-up time in commands that keep no state.
        from psync.real.databases import RealDatabases

        return RealDatabases()

    @property
    def boot_id(self) -> bytes:
        return boot_id()

    @property
    def process_id(self) -> int:
        return os.getpid()

    @property
    def user_id(self) -> int:
        return os.geteuid()

    def now_ns(self) -> int:
        return time.time_ns()

    def random_bytes(self, length: int) -> bytes:
        return os.urandom(length)

    def volume(self, fd: int) -> Volume:
        return volume(fd)

    def sync_volume(self, fd: int) -> None:
        sync_volume(fd)

    def lock_folder(self, fd: int, *, exclusive: bool) -> HeldFolder | None:
        return lock_folder(fd, exclusive=exclusive)

    def claim_instance(self, instance: str) -> Claim:
        # Imported here: socket costs start-up time in commands that never claim a name.
        from psync.real.single import claim_instance

        return claim_instance(instance)


def real_system() -> System:
    """The machine that this process runs on, which may from then on have as many open files as it allows."""
    raise_open_files()
    return RealSystem()
