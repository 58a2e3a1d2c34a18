"""What a run does not announce, because it could not arrive.

Files for a full target, and all that lies below a folder that could not be made. Its contents would
be read and sent, to fail one by one. Outcomes come late: what was announced before fails on its own.
"""

from msgspec import Struct

from psync.core.changes import Change, FinishFolder, MakeFolder, WriteFile
from psync.core.manifest import EntryPath
from psync.core.problems import Problem, ProblemCode, entries_not_sent, files_not_sent


class _FailedFolder(Struct):
    """A folder that could not be made, why, and how many entries below it were not announced."""

    code: ProblemCode
    entries: int = 0


class Unsent:
    """Sifts the plan of a run. Memory grows with the folders that failed, not with what lies below them."""

    def __init__(self) -> None:
        self._is_full = False
        self._files = 0
        self._folders: dict[EntryPath, _FailedFolder] = {}

    @property
    def count(self) -> int:
        """How many entries were not announced."""
        return self._files + sum(folder.entries for folder in self._folders.values())

    def note(self, change: Change, problem: Problem) -> None:
        """Learn from a change that failed."""
        self._is_full |= problem.code is ProblemCode.NO_SPACE
        if isinstance(change, MakeFolder) and self._above(change.path) is None:
            self._folders[change.path] = _FailedFolder(problem.code)

    def sift(self, changes: list[Change]) -> list[Change]:
        """Give what is to be announced, and count the rest."""
        if not (self._is_full or self._folders):
            return changes
        return [change for change in changes if self._can_arrive(change)]

    def problems(self) -> list[Problem]:
        """Tell of all that was not announced: one line for the full target, one for each folder."""
        told = [files_not_sent(self._files)] if self._files else []
        return told + [
            entries_not_sent(path, folder.code, folder.entries)
            for path, folder in self._folders.items()
            if folder.entries
        ]

    def _can_arrive(self, change: Change) -> bool:
        folder = self._above(change.path)
        if folder is not None:
            # A folder's mode and time are no entry; the folder itself was counted.
            folder.entries += not isinstance(change, FinishFolder)
            return False
        if self._is_full and isinstance(change, WriteFile):
            self._files += 1
            return False
        return True

    def _above(self, path: EntryPath) -> _FailedFolder | None:
        """Find the failed folder at or above a path."""
        if not self._folders:
            return None
        tops = (self._folders.get(path[:length]) for length in range(1, len(path) + 1))
        return next((folder for folder in tops if folder is not None), None)
