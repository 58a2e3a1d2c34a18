"""Databases on this machine: their files, and what a limit and another process mean."""

import errno
from pathlib import Path

import pytest

from psync.real.databases import RealDatabases


def test_only_its_owner_can_read_it_and_each_commit_is_synced(tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    database = RealDatabases().open(str(path))
    settings = [database.execute(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")]
    database.close()

    assert (path.stat().st_mode & 0o777, settings) == (0o600, ["wal", 2])


def test_a_full_disk_is_told_as_that(tmp_path: Path) -> None:
    database = RealDatabases().open(str(tmp_path / "state.db"))
    database.execute("PRAGMA max_page_count = 4")
    database.execute("CREATE TABLE t (content BLOB)")

    with pytest.raises(OSError, match="full") as raised:
        database.execute("INSERT INTO t VALUES (?)", (bytes(100_000),))
    database.close()

    assert raised.value.errno == errno.ENOSPC


def test_a_database_that_another_one_writes_is_busy(tmp_path: Path) -> None:
    first, second = (RealDatabases().open(str(tmp_path / "state.db")) for _ in range(2))
    first.execute("CREATE TABLE t (a)")
    first.commit()
    first.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(OSError, match="locked") as raised:
        second.execute("INSERT INTO t VALUES (2)")
    first.close()
    second.close()

    assert raised.value.errno == errno.EBUSY


def test_what_is_no_database_is_an_error_of_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"something else " * 100)

    with pytest.raises(OSError, match="not a database") as raised:
        RealDatabases().open(str(path))

    assert raised.value.errno == errno.EIO
