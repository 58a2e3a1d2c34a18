"""Databases on a real machine: files, with a write-ahead log that is synced at each commit."""

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from psync.system.databases import Row, Value

# How long a statement waits for another process. Nobody else should have the database.
BUSY_SECONDS = 0.25

# WAL: readers do not block the writer, and a commit is one sync. FULL: a commit survives a power cut
# (https://www.sqlite.org/pragma.html#pragma_synchronous).
_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")

# Primary result codes of SQLite, the low byte of what an error tells (https://www.sqlite.org/rescode.html).
_NUMBERS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_ERROR: errno.EILSEQ,
}


class RealDatabase:
    """One connection, for one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Carry out a statement and give all its rows."""
        with as_system_errors():
            return self._connection.execute(statement, values).fetchall()

    def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Carry out a statement once for each row of values."""
        with as_system_errors():
            self._connection.executemany(statement, rows)

    def commit(self) -> None:
        """Make all changes certain."""
        with as_system_errors():
            self._connection.commit()

    def rollback(self) -> None:
        """Forget all changes since the last commit."""
        with as_system_errors():
            self._connection.rollback()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class RealDatabases:
    """The databases of this machine."""

    def open(self, path: str) -> RealDatabase:
        """Open a database, made if it is missing, readable by its owner only."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        with as_system_errors():
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
            try:
                for pragma in _PRAGMAS:
                    connection.execute(pragma)
            except BaseException:
                connection.close()
                raise
        return RealDatabase(connection)


@contextmanager
def as_system_errors() -> Iterator[None]:
    """Raise what SQLite raises as an `OSError` whose number says what it means."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF
        raise OSError(_NUMBERS.get(code, errno.EIO), str(error)) from error
