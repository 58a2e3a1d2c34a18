r"""From a path to an inode on a Windows machine: `C:\Folder\file`, or names relative to a handle.

The drives are folders of the disk's root: `C:` is `/C:`. A path relative to a
handle has backslashes only, as NtCreateFile wants it, and neither `.` nor `..`,
which are names of Win32 and not of Windows. What depends on a current folder or
drive is not found.
"""

import re

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.walk import Walk
from sim.windows import BAD_NETPATH, INVALID_NAME, name_on_disk, windows_failure

_COMPLETE = re.compile(r"[A-Za-z]:[\\/]")
PATH_NOT_FOUND = 3


def is_complete(path: str) -> bool:
    """Whether a path begins at a drive or a share."""
    return path.startswith(("\\", "/")) or _COMPLETE.match(path) is not None


class WindowsWalk(Walk):
    """One walk under the rules of Windows."""

    def _push(self, path: str) -> None:
        if path.startswith(("\\\\", "//")):
            raise windows_failure(BAD_NETPATH)  # no other machine shares anything
        if path.startswith(("\\", "/")):
            raise windows_failure(PATH_NOT_FOUND)
        if _COMPLETE.match(path):
            self._node = self._disk.root
            path = path.replace("/", "\\")
        if not self._pending and path.endswith("\\"):
            self._is_folder = True
        self._pending += reversed([name for name in path.split("\\") if name])

    def _look_up(self, folder: FakeDirectory, name: str) -> FakeFile | None:
        if name in (".", ".."):
            raise windows_failure(INVALID_NAME)
        return self._disk.look_up(folder, self._name_of(folder, name))

    def _name_of(self, folder: FakeDirectory, name: str) -> str:
        return name.upper() if folder is self._disk.root else name_on_disk(name)
