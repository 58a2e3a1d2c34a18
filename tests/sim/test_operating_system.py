"""The whole allow-list, call by call, on a simulated and on a real disk."""

import stat
from pathlib import Path

import pytest

from sim.failure import NotSimulated
from tests.sim.contract import Operation, Side, differences, simulated_side

NEW_NS = 1_100_000_000_987_654_321


def _utime(path: bytes, *, follow: bool) -> Operation:
    return lambda side: side.utime(path, NEW_NS, dir_fd=side.root, follow_symlinks=follow)


def _list(side: Side, name: bytes) -> list[object]:
    with side.os.scandir(side.open(name)) as entries:
        return sorted(
            (entry.name, stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)) for entry in entries
        )


def _list_what_is_gone(side: Side) -> object:
    with side.os.scandir(side.open(b"folder")) as entries:
        [entry] = entries
    side.os.unlink(b"folder/inner", dir_fd=side.root)
    return entry.stat(follow_symlinks=False)


def _list_once_left(side: Side) -> list[object]:
    with side.os.scandir(side.open(b"folder")) as entries:
        pass
    return list(entries)


def _list_undecodable(side: Side) -> bytes:
    side.os.mkdir(b"hollow/\xff\xfe", dir_fd=side.root)
    with side.os.scandir(side.open(b"hollow")) as entries:
        [entry] = entries
    return side.os.fsencode(entry.name)


def _status(side: Side, name: bytes) -> tuple[object, ...]:
    status = side.lstat(name)
    names = 0 if stat.S_ISDIR(status.st_mode) else status.st_nlink
    is_ours = status.st_uid == side.os.fstat(side.root).st_uid
    return stat.filemode(status.st_mode), status.st_mtime_ns, names, is_ours


OPERATIONS: dict[str, Operation] = {
    "times of a file": _utime(b"file", follow=True),
    "times behind a link": _utime(b"link", follow=True),
    "times of a link": _utime(b"link", follow=False),
    "times of a dangling link": _utime(b"dangling", follow=False),
    "times behind a dangling link": _utime(b"dangling", follow=True),
    "times of a folder": _utime(b"folder", follow=True),
    "times of what is not there": _utime(b"missing", follow=True),
    "times in a closed folder": _utime(b"closed/hidden", follow=True),
    "list a folder": lambda side: _list(side, b"folder"),
    "list all": lambda side: _list(side, b"."),
    "list an empty folder": lambda side: _list(side, b"hollow"),
    "list a locked folder": lambda side: _list(side, b"locked"),
    "list a closed folder": lambda side: _list(side, b"closed"),
    "list an unknown descriptor": lambda side: list(side.os.scandir(999)),
    "list what is gone": _list_what_is_gone,
    "list once left": _list_once_left,
    "list names that are no text": _list_undecodable,
    "status of a file": lambda side: (*_status(side, b"file"), side.lstat(b"file").st_size),
    "status of a folder": lambda side: _status(side, b"folder"),
    "status of a link": lambda side: (*_status(side, b"link"), side.lstat(b"link").st_size),
    "status of a pipe": lambda side: (*_status(side, b"pipe"), side.lstat(b"pipe").st_size),
    "status of an unknown descriptor": lambda side: side.os.fstat(999),
    "a descriptor is the lowest that is free": lambda side: _reopen(side),
}


def _reopen(side: Side) -> bool:
    first = side.open(b"file")
    side.open(b"empty")
    side.close(first)
    return side.open(b"folder") == first


def test_the_calls_do_what_those_of_a_real_disk_do(tmp_path: Path):
    assert differences(OPERATIONS, tmp_path) == {}


def test_a_call_that_is_not_on_the_list_does_not_exist():
    with simulated_side() as side, pytest.raises(NotSimulated, match=r"os\.statvfs"):
        side.os.statvfs  # noqa: B018  # the look-up is the test


def test_names_are_bytes():
    with simulated_side() as side, pytest.raises(TypeError):
        side.os.stat("file", dir_fd=side.root)


def test_a_listing_is_neither_sorted_nor_in_the_order_of_creation():
    with simulated_side() as side:
        made = [b"%d" % number for number in range(20)]
        for name in made:
            side.folder(name)
        with side.os.scandir(side.root) as entries:
            listed = [side.os.fsencode(entry.name) for entry in entries]

    assert sorted(listed) == sorted(made)
    assert listed not in (made, sorted(made), made[::-1], sorted(made)[::-1])
