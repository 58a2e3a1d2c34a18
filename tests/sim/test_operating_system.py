"""The whole allow-list: tables of calls, and random histories, on a simulated and on a real disk."""

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from psync.system import OperatingSystem
from sim.failure import NotSimulated
from tests.sim.contract import Operation, Side, differences, outcome, real_side, simulated_side, tree

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


NAMES = st.sampled_from([b"a", b"b", b"c", b"a/a", b"a/b", b"b/a", b"a/b/a", b"\xff", b"a/"])
CONTENT = st.binary(max_size=6)
OFFSETS = st.integers(0, 8)
FLAGS = st.sampled_from([0, os.O_CREAT, os.O_CREAT | os.O_EXCL, os.O_TRUNC, os.O_NOFOLLOW, os.O_DIRECTORY])
ACCESS = st.sampled_from([os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR | os.O_APPEND])


class Histories(RuleBasedStateMachine):
    """Two disks that are told the same; what they answer and hold must be the same."""

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        folder = Path(self.held.enter_context(tempfile.TemporaryDirectory()))
        self.sides = [
            self.held.enter_context(simulated_side()),
            self.held.enter_context(real_side(os.fsencode(folder))),
        ]
        self.open_files: list[list[Any]] = []

    def teardown(self) -> None:
        trees = [tree(side) for side in self.sides]
        self.held.close()
        assert trees[0] == trees[1]

    def same(self, operation: Operation) -> None:
        simulation, reality = [outcome(operation, side) for side in self.sides]
        assert simulation == reality

    def on_open_file(self, number: int, use: Callable[[OperatingSystem, int], Any]) -> None:
        if self.open_files:
            fds = self.open_files[number % len(self.open_files)]
            simulation, reality = [
                outcome(lambda side, fd=fd: use(side.os, fd), side)
                for side, fd in zip(self.sides, fds, strict=True)
            ]
            assert simulation == reality

    @rule(name=NAMES, flags=FLAGS, access=ACCESS)
    def open(self, name: bytes, flags: int, access: int) -> None:
        opened = [outcome(lambda side: side.open(name, flags | access), side) for side in self.sides]
        if all(isinstance(fd, int) for fd in opened):
            self.open_files.append(opened)
        else:
            assert opened[0] == opened[1]

    @rule(name=NAMES)
    def make_folder(self, name: bytes) -> None:
        self.same(lambda side: side.folder(name))

    @rule(name=NAMES)
    def remove_folder(self, name: bytes) -> None:
        self.same(lambda side: side.os.rmdir(name, dir_fd=side.root))

    @rule(name=NAMES)
    def remove(self, name: bytes) -> None:
        self.same(lambda side: side.os.unlink(name, dir_fd=side.root))

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: bytes, new: bytes) -> None:
        self.same(lambda side: side.rename(old, new))

    @rule(old=NAMES, new=NAMES)
    def link(self, old: bytes, new: bytes) -> None:
        self.same(lambda side: side.link(old, new))

    @rule(name=NAMES)
    def read_link(self, name: bytes) -> None:
        self.same(lambda side: side.os.readlink(name, dir_fd=side.root))

    @rule(name=NAMES, time_ns=st.integers(0, NEW_NS), follow=st.booleans())
    def set_time(self, name: bytes, time_ns: int, follow: bool) -> None:
        self.same(lambda side: side.utime(name, time_ns, dir_fd=side.root, follow_symlinks=follow))

    @rule(name=NAMES)
    def look(self, name: bytes) -> None:
        self.same(lambda side: _status(side, name)[0])

    @rule(number=st.integers(0), length=OFFSETS)
    def read(self, number: int, length: int) -> None:
        self.on_open_file(number, lambda calls, fd: calls.read(fd, length))

    @rule(number=st.integers(0), length=OFFSETS, offset=OFFSETS)
    def read_at(self, number: int, length: int, offset: int) -> None:
        self.on_open_file(number, lambda calls, fd: calls.pread(fd, length, offset))

    @rule(number=st.integers(0), content=CONTENT)
    def write(self, number: int, content: bytes) -> None:
        self.on_open_file(number, lambda calls, fd: calls.write(fd, content))

    @rule(number=st.integers(0), content=CONTENT, offset=OFFSETS)
    def write_at(self, number: int, content: bytes, offset: int) -> None:
        self.on_open_file(number, lambda calls, fd: calls.pwrite(fd, content, offset))

    @rule(number=st.integers(0), length=OFFSETS)
    def cut(self, number: int, length: int) -> None:
        self.on_open_file(number, lambda calls, fd: calls.ftruncate(fd, length))

    @rule(number=st.integers(0), mode=st.sampled_from([0o600, 0o644, 0o444, 0o555, 0o000, 0o755]))
    def change_mode(self, number: int, mode: int) -> None:
        self.on_open_file(number, lambda calls, fd: calls.fchmod(fd, mode))


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
