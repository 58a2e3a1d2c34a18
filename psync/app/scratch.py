"""A folder for what a command needs for a moment only: made under an unguessable name, removed at the end."""

from contextlib import suppress

from psync.core.errors import ResultsFolderInvalid
from psync.disk.folder import folder_flags
from psync.system import System

DEFAULT_PLACE = "/tmp"


class Scratch:
    """A private folder, at `path` from `make` until `remove`."""

    def __init__(self, system: System) -> None:
        self._place = system.environment.get("TMPDIR") or DEFAULT_PLACE
        self.path = f"{self._place.rstrip('/')}/psync-{system.random_bytes(8).hex()}"
        self._system = system
        self._path = system.os.fsencode(self.path)

    def make(self) -> None:
        """Make the folder; raises `ResultsFolderInvalid` where none can be made."""
        try:
            self._system.os.mkdir(self._path, 0o700)
        except OSError as error:
            raise ResultsFolderInvalid(path=self._place, reason=error.strerror or str(error)) from error

    def remove(self) -> None:
        """Remove the folder, whatever modes its entries have; what resists is left."""
        parent, _, name = self._path.rpartition(b"/")
        os = self._system.os
        fd = os.open(parent or b"/", folder_flags(os) & ~os.O_NOFOLLOW)
        try:
            self._remove_entry(fd, name)
        finally:
            os.close(fd)

    def _remove_entry(self, parent: int, name: bytes) -> None:
        os = self._system.os
        try:
            os.unlink(name, dir_fd=parent)
        except OSError:
            with suppress(OSError):
                self._empty(parent, name)
            with suppress(OSError):
                os.rmdir(name, dir_fd=parent)

    def _empty(self, parent: int, name: bytes) -> None:
        os = self._system.os
        fd = os.open(name, folder_flags(os), dir_fd=parent)
        try:
            os.fchmod(fd, 0o700)
            with os.scandir(fd) as entries:
                names = [os.fsencode(entry.name) for entry in entries]
            for below in names:
                self._remove_entry(fd, below)
        finally:
            os.close(fd)
