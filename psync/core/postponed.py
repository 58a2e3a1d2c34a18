"""What a plan does last, and what it must not delete.

Deletes wait for everything else, because until the last folder is scanned an
entry may turn out to be needed. What takes the place of a deleted folder waits
for the delete, and the attributes of a folder for its contents.

A path is protected when nothing may be concluded from an absence there: its
scan was not complete, or what stands there cannot be compared. The folders above
a protected path cannot be empty, so they are not tried.
"""

from collections.abc import Iterator

from psync.core.changes import Change, Delete, FinishFolder, OpenFolder
from psync.core.manifest import Entry, EntryPath


class Postponed:
    """The end of a plan; `ids` numbers its changes."""

    def __init__(self, ids: Iterator[int]) -> None:
        self._ids = ids
        self._protected: set[EntryPath] = set()
        self._above_protected: set[EntryPath] = set()
        self._closed: set[EntryPath] = set()
        self._deletes: list[Delete] = []
        self._replacements: dict[EntryPath, Change] = {}
        self._finish: dict[EntryPath, FinishFolder] = {}

    def protect(self, path: EntryPath) -> None:
        """Delete nothing at or below `path`."""
        self._protected.add(path)
        self._above_protected.update(path[:length] for length in range(len(path)))

    def is_protected(self, path: EntryPath) -> bool:
        """Whether nothing may be deleted at `path`."""
        return is_below(path, self._protected)

    def open_before_deletes(self, folder: EntryPath) -> None:
        """Let the owner change this folder before anything in it is deleted."""
        self._closed.add(folder)

    def delete(self, path: EntryPath, entry: Entry) -> None:
        """Remove an entry of the target; a folder before its contents, as they are scanned."""
        self._deletes.append(Delete(next(self._ids), path, entry.kind, entry.stamp))

    def replace(self, path: EntryPath, change: Change) -> None:
        """Carry out `change` once the folder at `path` is deleted."""
        self._replacements[path] = change

    def finish(self, path: EntryPath, folder: Entry) -> None:
        """Give a folder its mode and time."""
        self._finish[path] = FinishFolder(next(self._ids), path, folder.mode, folder.mtime_ns)

    def deletes(self) -> Iterator[Delete | OpenFolder]:
        """Say what to remove, children before parents, closed folders opened first."""
        for delete in reversed(self._deletes):
            if self._must_stay(delete.path):
                continue
            folder = delete.path[:-1]
            if folder in self._closed:
                self._closed.remove(folder)
                yield OpenFolder(next(self._ids), folder)
            yield delete

    def replacements(self) -> Iterator[Change]:
        """Say what takes the place of deleted folders, but for those that had to stay."""
        return (change for path, change in self._replacements.items() if not self._must_stay(path))

    def finished_folders(self) -> Iterator[FinishFolder]:
        """Say which folders get their mode and time, the deepest first."""
        return reversed(self._finish.values())

    def _must_stay(self, path: EntryPath) -> bool:
        return path in self._above_protected or self.is_protected(path)


def is_below(path: EntryPath, tops: set[EntryPath]) -> bool:
    """Whether `path` is one of `tops` or lies below one."""
    return bool(tops) and any(path[:length] in tops for length in range(len(path) + 1))
