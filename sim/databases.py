"""Databases of a simulated machine: SQLite in memory, kept as it is at each commit.

A killed process loses what it has not committed. A power cut takes as many of
the last commits as chance says, where `PRAGMA synchronous` is below FULL, and
none where it is FULL. A full disk is a limit of pages.

Simpler than SQLite: one process at a time has a database, where a real file can
be read by several; the other ones are told EBUSY when they open it.
"""

import errno
import posixpath
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from pyfakefs.fake_file import FakeDirectory

from psync.system.databases import Row, Value
from sim.crash import Choose
from sim.disk import Disk
from sim.failure import failure
from sim.process import Process

FULL = 2  # PRAGMA synchronous; also what SQLite does by default

_NUMBERS = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_ERROR: errno.EILSEQ}


class Stored:
    """What a disk holds of one database: a state for each commit that a power cut may still take."""

    def __init__(self) -> None:
        self.commits = [b""]
        self.owner: Process | None = None

    def note(self, state: bytes, *, is_certain: bool) -> None:
        """A commit has returned."""
        self.commits = [state] if is_certain else [*self.commits, state]

    def cut(self, choose: Choose) -> None:
        """Lose as many of the uncertain commits as chance says."""
        self.owner = None
        del self.commits[1 + choose(len(self.commits)) :]


class DatabaseStore:
    """The databases of one machine, by path. `pages_max` limits the size of each, as a full disk does."""

    def __init__(self, disk: Disk) -> None:
        self.pages_max: int | None = None
        self._disk = disk
        self._stored: dict[str, Stored] = {}

    def open(self, path: str, process: Process) -> Stored:
        """Give what is stored at a path to a process."""
        folder = self._disk.find(posixpath.dirname(path).encode())
        if folder is None:
            raise failure(errno.ENOENT)
        if not isinstance(folder, FakeDirectory):
            raise failure(errno.ENOTDIR)
        stored = self._stored.setdefault(path, Stored())
        if stored.owner is not None and stored.owner.is_alive:
            raise failure(errno.EBUSY)
        stored.owner = process
        return stored

    def cut(self, choose: Choose) -> None:
        """The machine has lost its power."""
        for path in sorted(self._stored):
            self._stored[path].cut(choose)


class SimDatabase:
    """One connection of a process."""

    def __init__(self, store: DatabaseStore, stored: Stored, process: Process) -> None:
        self._store = store
        self._stored = stored
        self._process = process
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        if stored.commits[-1]:
            self._connection.deserialize(stored.commits[-1])
        process.own(self)

    def execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Carry out a statement and give all its rows."""
        with self._working():
            return self._connection.execute(statement, values).fetchall()

    def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Carry out a statement once for each row of values."""
        with self._working():
            self._connection.executemany(statement, rows)

    def commit(self) -> None:
        """Make all changes certain, as far as `PRAGMA synchronous` says."""
        with self._working():
            self._connection.commit()
            [[synchronous]] = self._connection.execute("PRAGMA synchronous").fetchall()
            self._stored.note(self._connection.serialize(), is_certain=synchronous >= FULL)

    def rollback(self) -> None:
        """Forget all changes since the last commit."""
        with self._working():
            self._connection.rollback()

    def close(self) -> None:
        """End the connection, by the program or because it has ended."""
        self._connection.close()
        self._process.disown(self)
        self._stored.owner = None

    def vanish(self) -> None:
        """Be lost with the machine."""
        self.close()

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._process.jobs.pause()
        self._process.check_alive()
        if self._store.pages_max is not None:
            self._connection.execute(f"PRAGMA max_page_count = {self._store.pages_max}")
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF
            raise failure(_NUMBERS.get(code, errno.EIO)) from error


class SimDatabases:
    """The databases of a machine as one of its processes may open them."""

    def __init__(self, store: DatabaseStore, process: Process) -> None:
        self._store = store
        self._process = process

    def open(self, path: str) -> SimDatabase:
        """Open a database, made if it is missing."""
        self._process.check_alive()
        return SimDatabase(self._store, self._store.open(path, self._process), self._process)
