"""Databases of a program's own state: SQLite, one connection a path, certain at each commit.

SQLite is a file system of its own below the one that programs see, so a machine
opens its databases itself. What goes wrong is an `OSError`: ENOSPC where the disk
or the quota is full, EBUSY where another process has it, ENOTDIR or EACCES where
it cannot be opened, EILSEQ for a statement that is none, EIO for all else.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

Value: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = tuple[Value, ...]


class Database(Protocol):
    """An open database. A transaction begins with the first change and ends with `commit` or `rollback`."""

    def execute(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """Carry out a statement and give all its rows."""
        ...

    def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Carry out a statement once for each row of values."""
        ...

    def commit(self) -> None:
        """Make all changes since the last commit certain, whatever happens later."""
        ...

    def rollback(self) -> None:
        """Forget all changes since the last commit."""
        ...

    def close(self) -> None:
        """End the connection; what is not committed is forgotten."""
        ...


class Databases(Protocol):
    """All databases that a process may open."""

    def open(self, path: str) -> Database:
        """Open the database at a path of this machine, made if it is missing; its folder must exist."""
        ...
