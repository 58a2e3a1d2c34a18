"""Opening: the same on a simulated and on a real disk."""

import os
from pathlib import Path

import pytest

from sim.opening import BlockedForever
from tests.sim.contract import LONG_NAME, Side, differences, on_each, outcome, simulated_side

FLAGS = {
    "read": os.O_RDONLY | os.O_NONBLOCK,
    "write": os.O_WRONLY | os.O_NONBLOCK,
    "both": os.O_RDWR | os.O_NONBLOCK,
    "read, no links": os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK,
    "folder": os.O_RDONLY | os.O_DIRECTORY,
    "folder, no links": os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
    "folder to write": os.O_WRONLY | os.O_DIRECTORY,
    "path only": os.O_PATH,
    "path only, no links": os.O_PATH | os.O_NOFOLLOW,
    "path only, folder": os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW,
    "path only does not make": os.O_PATH | os.O_CREAT | os.O_WRONLY,
    "make": os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK,
    "make, no links": os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK,
    "make new": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "make new, no links": os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW,
    "empty": os.O_WRONLY | os.O_TRUNC | os.O_NONBLOCK,
    "empty to read": os.O_RDONLY | os.O_TRUNC | os.O_NONBLOCK,
    "make or empty": os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK,
}

PATHS = [
    b"file", b"file/", b"file/.", b"readonly", b"secret", b"folder", b"folder/", b"folder/.", b"folder/..",
    b"folder/inner", b"link", b"link/", b"link-to-folder", b"link-to-folder/", b"link-to-folder/inner",
    b"dangling", b"dangling/", b"loop", b"loop/x", b"pipe", b"new", b"new/", b"no/new", b"file/x", b".", b"",
    b"closed", b"closed/hidden", b"closed/new", b"locked", b"locked/inside", b"locked/new", LONG_NAME,
    LONG_NAME + b"n", LONG_NAME + b"n/", b"a\0b", b"\xff\xfe",
]  # fmt: skip


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_paths_are_opened_as_on_a_real_disk(flags: int, tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: bool(side.open(path, flags)))

    assert differences(operations, tmp_path) == {}


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o777, 0o000, 0o7777])
def test_the_mode_of_a_new_file_is_that_of_a_real_one(mode: int, tmp_path: Path):
    def make(side: Side) -> bool:
        return bool(side.open(b"new", os.O_WRONLY | os.O_CREAT, mode))

    assert differences({"make": make}, tmp_path) == {}


def _open_through_a_file(side: Side) -> int:
    return side.os.open(b"file", os.O_RDONLY, dir_fd=side.open(b"file"))


def _open_through_a_closed_folder(side: Side) -> int:
    fd = side.open(b"folder")
    side.close(fd)
    return side.os.open(b"inner", os.O_RDONLY, dir_fd=fd)


def _open_through_a_moved_folder(side: Side) -> bytes:
    fd = side.open(b"folder", os.O_PATH)
    side.rename(b"folder", b"hollow")
    inner = side.os.open(b"inner", os.O_RDONLY, dir_fd=fd)
    side.opened.add(inner)
    return side.os.read(inner, 100)


def _make_in_a_removed_folder(side: Side) -> int:
    fd = side.open(b"hollow")
    side.os.rmdir(b"hollow", dir_fd=side.root)
    return side.os.open(b"new", os.O_WRONLY | os.O_CREAT, dir_fd=fd)


def _open_by_an_absolute_path(side: Side) -> bool:
    fd = side.os.open(b"/", os.O_RDONLY, dir_fd=side.open(b"file"))
    side.opened.add(fd)
    return bool(fd)


def test_a_held_folder_leads_where_a_real_one_does(tmp_path: Path):
    operations = {
        "it is a file": _open_through_a_file,
        "it is closed": _open_through_a_closed_folder,
        "it is moved": _open_through_a_moved_folder,
        "it is removed": _make_in_a_removed_folder,
        "the path is absolute": _open_by_an_absolute_path,
    }

    assert differences(operations, tmp_path) == {}


def test_a_named_pipe_that_would_block_for_ever_is_an_error_of_the_program():
    with simulated_side() as side:
        side.make_fifo(b"pipe")

        with pytest.raises(BlockedForever):
            side.open(b"pipe", os.O_RDONLY)


def test_flags_that_psync_does_not_use_are_refused():
    with simulated_side() as side, pytest.raises(AttributeError, match="open flags"):
        side.open(b"file", os.O_TMPFILE | os.O_RDWR)


def test_a_process_may_hold_as_many_descriptors_as_its_limit_says():
    with simulated_side() as side:
        held = [outcome(lambda side: side.open(b"."), side) for _ in range(1100)]

    refused = ("OSError", "EMFILE", b".", None)
    assert held == [*range(4, 1024), *[refused] * 80]
