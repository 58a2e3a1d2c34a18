"""Files that another program has open, on a system where that keeps nobody from them: the adapter plays the lock.

Each process of a world looks, before it opens, exchanges or removes something, whether
that is one of the files of `lock_file`, and meets what Windows would answer then (`sim.windows`).
The interpreter itself tells of such calls (PEP 578), so that nothing of psync is changed.

Windows looks at the file, by whatever name; so does this.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.windows import check

# How the other program has it open: everybody may read it, and nobody write, exchange or delete it.
HELD = "reading, sharing READ"

# What is done to files, as the table of Windows names it.
DELETE = "delete"
RENAME = "rename it away"
REPLACE = "rename another over it"
RENAME_FOLDER = "rename its folder"

NO_FOLDER = -1

# A file, and what somebody is about to do to it.
Look = tuple[str, os.stat_result]


def opening(flags: int) -> str | None:
    """What it is to open a file so; None where no lock is in the way, as of one that is read or has to be new."""
    if flags & os.O_EXCL:
        return None
    if flags & os.O_TRUNC:
        return "open and truncate"
    return "open to write" if flags & os.O_ACCMODE != os.O_RDONLY else None


def lock_file(log: Path) -> Path:
    """Where the locked files of a world stand, beside a log that all of its processes have."""
    return log.with_name("locks")


class Locks:
    """Those of one world, as its adapter sets them."""

    def __init__(self, log: Path) -> None:
        self._file = lock_file(log)
        self._paths: list[str] = []

    def lock(self, path: Path) -> None:
        """From now on another program has it open."""
        self._paths.append(str(path))
        self._write()

    def unlock(self, path: Path) -> None:
        """It has closed it."""
        self._paths.remove(str(path))
        self._write()

    def _write(self) -> None:
        """At once: a process may be reading it."""
        written = self._file.with_name("locks to be")
        written.write_text(json.dumps(self._paths), "utf-8")
        written.replace(self._file)


def meet_locks(log: Path) -> None:
    """Have this process meet the locks of its world."""
    asked = lock_file(log)

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        for operation, status in _looks(event, arguments):
            for path in _locked(asked):
                _check(operation, status, path)

    sys.addaudithook(look)


def _locked(asked: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        return [Path(path) for path in json.loads(asked.read_text("utf-8"))]
    return []


def _check(operation: str, status: os.stat_result, locked: Path) -> None:
    if os.path.samestat(status, locked.lstat()):
        check(operation, [HELD])
    elif operation == RENAME and any(os.path.samestat(status, above.stat()) for above in locked.parents):
        check(RENAME_FOLDER, [HELD])


def _looks(event: str, arguments: tuple[Any, ...]) -> Iterator[Look]:
    """What a call is about to do, and to what that is there."""
    match event, arguments:
        case "open", (str() | bytes() as path, _, int() as flags):
            operation = opening(flags)
            if operation is not None:
                yield from _found(operation, path, _folders(path))
        case "os.remove", (path, folder):
            yield from _found(DELETE, path, [folder])
        case "os.rename", (source, target, source_folder, target_folder):
            yield from _found(RENAME, source, [source_folder])
            yield from _found(REPLACE, target, [target_folder])


def _folders(path: str | bytes) -> list[int]:
    """Below which folder a file is opened, the interpreter does not tell: each that this process has open may be it."""
    opened = [] if os.path.isabs(path) else map(int, os.listdir("/proc/self/fd"))
    return [NO_FOLDER, *opened]


def _found(operation: str, path: str | bytes, folders: Iterable[int]) -> Iterator[Look]:
    for folder in folders:
        with suppress(OSError):  # nothing is there, or this is no folder
            dir_fd = None if folder == NO_FOLDER else folder
            yield operation, os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
