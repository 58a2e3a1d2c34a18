"""Reading, writing and cutting open files: the same on a simulated and on a real disk."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sim.contract import Side, differences, outcome, simulated_side

WAYS = {
    "read": os.O_RDONLY,
    "write": os.O_WRONLY,
    "both": os.O_RDWR,
    "append": os.O_RDWR | os.O_APPEND,
    "path only": os.O_PATH,
}

Use = Callable[[Side, int], Any]


def _gather(side: Side, fd: int, sizes: list[int], offset: int) -> object:
    buffers = [memoryview(bytearray(b"." * size)) for size in sizes]
    return side.os.preadv(fd, buffers, offset), [bytes(buffer) for buffer in buffers]


def _reserve(side: Side, fd: int, offset: int, length: int) -> None:
    side.os.posix_fallocate(fd, offset, length)
    side.os.utime(fd, ns=(0, 0))  # file systems differ in whether this is a modification


def _in_turn(*uses: Use) -> Use:
    return lambda side, fd: [use(side, fd) for use in uses]


def _with_set_id(mode: int, use: Use) -> Use:
    return _in_turn(lambda side, fd: side.os.fchmod(fd, mode), use)


USES: dict[str, Use] = {
    "read": lambda side, fd: side.os.read(fd, 4),
    "read past the end": lambda side, fd: side.os.read(fd, 400),
    "read nothing": lambda side, fd: side.os.read(fd, 0),
    "read a negative length": lambda side, fd: side.os.read(fd, -1),
    "read on": _in_turn(lambda s, fd: s.os.read(fd, 4), lambda s, fd: s.os.read(fd, 4)),
    "read at": lambda side, fd: side.os.pread(fd, 4, 3),
    "read at the end": lambda side, fd: side.os.pread(fd, 4, 10),
    "read behind the end": lambda side, fd: side.os.pread(fd, 4, 100),
    "read a negative length at": lambda side, fd: side.os.pread(fd, -1, 3),
    "read a negative length before the start": lambda side, fd: side.os.pread(fd, -1, -1),
    "read before the start": lambda side, fd: side.os.pread(fd, 4, -1),
    "read into buffers": lambda side, fd: _gather(side, fd, [3, 4], 1),
    "read into more than there is": lambda side, fd: _gather(side, fd, [8, 8, 8], 1),
    "read into nothing": lambda side, fd: _gather(side, fd, [0], 1),
    "read into buffers before the start": lambda side, fd: _gather(side, fd, [3], -2),
    "write": lambda side, fd: side.os.write(fd, b"abc"),
    "write a view": lambda side, fd: side.os.write(fd, memoryview(b"abcdef")[2:4]),
    "write nothing": lambda side, fd: side.os.write(fd, b""),
    "write on": _in_turn(lambda s, fd: s.os.write(fd, b"abc"), lambda s, fd: s.os.write(fd, bytearray(b"d"))),
    "write after reading": _in_turn(lambda s, fd: s.os.read(fd, 2), lambda s, fd: s.os.write(fd, b"xy")),
    "write at": lambda side, fd: side.os.pwrite(fd, b"abc", 4),
    "write at the end": lambda side, fd: side.os.pwrite(fd, b"abc", 10),
    "write behind the end": lambda side, fd: side.os.pwrite(fd, b"abc", 20),
    "write nothing behind the end": lambda side, fd: side.os.pwrite(fd, b"", 20),
    "write before the start": lambda side, fd: side.os.pwrite(fd, b"abc", -1),
    "seek": _in_turn(lambda s, fd: s.os.lseek(fd, 4, os.SEEK_SET), lambda s, fd: s.os.read(fd, 2)),
    "seek from here": _in_turn(lambda s, fd: s.os.read(fd, 4), lambda s, fd: s.os.lseek(fd, -2, os.SEEK_CUR)),
    "seek from the end": lambda side, fd: side.os.lseek(fd, -3, os.SEEK_END),
    "seek before the start": lambda side, fd: side.os.lseek(fd, -1, os.SEEK_SET),
    "seek an unknown way": lambda side, fd: side.os.lseek(fd, 0, 99),
    "write where it was sought": _in_turn(
        lambda s, fd: s.os.lseek(fd, 20, os.SEEK_SET), lambda s, fd: s.os.write(fd, b"abc")
    ),
    "write with set-id bits": _with_set_id(0o6755, lambda side, fd: side.os.pwrite(fd, b"abc", 4)),
    "write with the group's bit alone": _with_set_id(0o2745, lambda side, fd: side.os.write(fd, b"abc")),
    "write nothing with set-id bits": _with_set_id(0o6755, lambda side, fd: side.os.write(fd, b"")),
    "cut with set-id bits": _with_set_id(0o6755, lambda side, fd: side.os.ftruncate(fd, 10)),
    "reserve with set-id bits": _with_set_id(0o6755, lambda side, fd: _reserve(side, fd, 0, 20)),
    "cut": lambda side, fd: side.os.ftruncate(fd, 4),
    "cut to nothing": lambda side, fd: side.os.ftruncate(fd, 0),
    "cut to the same length": lambda side, fd: side.os.ftruncate(fd, 10),
    "extend": lambda side, fd: side.os.ftruncate(fd, 20),
    "cut to a negative length": lambda side, fd: side.os.ftruncate(fd, -1),
    "reserve": lambda side, fd: _reserve(side, fd, 0, 20),
    "reserve less": lambda side, fd: _reserve(side, fd, 0, 2),
    "reserve behind the end": lambda side, fd: _reserve(side, fd, 20, 5),
    "reserve nothing": lambda side, fd: _reserve(side, fd, 0, 0),
    "reserve before the start": lambda side, fd: _reserve(side, fd, -1, 5),
    "sync": lambda side, fd: side.os.fsync(fd),
    "change the mode": lambda side, fd: side.os.fchmod(fd, 0o6751),
    "set the time": lambda side, fd: side.utime(fd, 987_654_321_987_654_321),
    "set a time before 1970": lambda side, fd: side.utime(fd, -1),
    "status": lambda side, fd: side.os.fstat(fd).st_size,
    "use once closed": lambda side, fd: (side.close(fd), side.os.read(fd, 1)),
    "close twice": lambda side, fd: (side.close(fd), side.os.close(fd)),
    "list": lambda side, fd: [entry.name for entry in side.os.scandir(fd)],
    "read though it is removed": lambda side, fd: (
        side.os.unlink(b"file", dir_fd=side.root),
        side.os.read(fd, 9),
    ),
    "write though it is replaced": lambda side, fd: (
        side.rename(b"empty", b"file"),
        side.os.write(fd, b"abc"),
    ),
}


@pytest.mark.parametrize("flags", WAYS.values(), ids=WAYS)
def test_open_files_are_used_as_on_a_real_disk(flags: int, tmp_path: Path):
    operations = {name: _used(b"file", flags, use) for name, use in USES.items()}

    assert differences(operations, tmp_path) == {}


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_PATH], ids=["open", "path only"])
def test_open_folders_are_used_as_on_a_real_disk(flags: int, tmp_path: Path):
    allowed = {
        "seek",
        "seek from here",
        "seek from the end",
        "read into nothing",
    }  # they mean nothing to psync
    operations = {name: _used(b"folder", flags, use) for name, use in USES.items() if name not in allowed}

    assert differences(operations, tmp_path) == {}


def test_open_pipes_are_used_as_on_a_real_disk(tmp_path: Path):
    operations = {name: _used(b"pipe", os.O_RDONLY | os.O_NONBLOCK, use) for name, use in USES.items()}

    assert differences(operations, tmp_path) == {}


def _used(name: bytes, flags: int, use: Use) -> Callable[[Side], Any]:
    return lambda side: use(side, side.open(name, flags))


@pytest.mark.parametrize("whence", [os.SEEK_DATA, os.SEEK_HOLE])
def test_holes_are_not_told(whence: int):
    with simulated_side() as side:
        side.file(b"file", b"content")
        fd = side.open(b"file")

        assert outcome(lambda _: side.os.lseek(fd, 0, whence), side) == ("OSError", "EINVAL", None, None)
