"""`System`: one machine as production code sees it."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from psync.core.paths import PathStyle
from psync.system.databases import Databases
from psync.system.operating_system import OperatingSystem


class Volume(Struct, frozen=True):
    """The file system that holds a folder.

    `time_granularity_ns`: the step in which it keeps modification times.
    `names_folded`: whether it takes names that differ only in case for one name.
    `free_bytes`: what the account of psync may still write.
    `modes_kept`: whether it keeps permission bits; one that does not invents them, and refuses or
    forgets those that are set.
    """

    time_granularity_ns: int
    names_folded: bool
    free_bytes: int
    modes_kept: bool


class FolderLocked(Exception):
    """Another writer holds the folder; `owner` names it for the operator."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class InstanceClaimed(Exception):
    """Another listener holds the instance name; `owner` is its process id, where it is known."""

    def __init__(self, owner: int | None) -> None:
        super().__init__(owner)
        self.owner = owner


class Claim(Protocol):
    """The right to be the only listener of an instance name, until released or killed."""

    def release(self) -> None: ...


class FolderLock(Protocol):
    """A lock on a folder, until released or killed."""

    def release(self) -> None: ...


class System(Protocol):
    """A machine: its files and databases, wall clock, entropy, names and claims.

    `os` is the allow-list of file calls, `path_style` how paths are written
    here. All methods return at once or raise `OSError`.
    """

    @property
    def os(self) -> OperatingSystem: ...
    @property
    def databases(self) -> Databases: ...
    @property
    def path_style(self) -> PathStyle: ...
    @property
    def host_name(self) -> str: ...
    @property
    def boot_id(self) -> bytes:
        """What no other machine has, nor this one after its next boot: a device number needs it for a name."""
        ...

    @property
    def process_id(self) -> int: ...
    @property
    def user_id(self) -> int: ...
    @property
    def environment(self) -> Mapping[str, str]: ...

    def now_ns(self) -> int:
        """Wall clock in nanoseconds since 1970-01-01 UTC."""
        ...

    def random_bytes(self, length: int) -> bytes:
        """Bytes fit for keys, nonces and names that nobody may guess."""
        ...

    def volume(self, fd: int) -> Volume:
        """Describe the file system of an open folder."""
        ...

    def sync_volume(self, fd: int) -> None:
        """Write all that is pending on the file system of `fd` to its device.

        `fd` was open before the writes, or their errors are not reported. Raises
        `OSError` with ENOSYS or EOPNOTSUPP, having done nothing, where success
        would not mean that the data is on the device.
        """
        ...

    def lock_folder(self, fd: int, *, exclusive: bool) -> FolderLock | None:
        """Lock an open folder against other writers; raise `FolderLocked` when one holds it.

        Shared locks agree with each other and exclude an exclusive one. Returns
        None where the file system knows no locks. The kernel ends the lock when
        its process is killed.
        """
        ...

    def claim_instance(self, instance: str) -> Claim:
        """Become the only listener called `instance` on this machine, or raise `InstanceClaimed`."""
        ...
