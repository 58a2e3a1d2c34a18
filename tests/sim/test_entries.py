"""Making, removing and moving entries: the same on a simulated and on a real disk."""

from functools import partial
from pathlib import Path

import pytest

from tests.sim.contract import LONG_NAME, Side, differences, on_each

PATHS = [
    b"file", b"file/", b"file/.", b"empty", b"folder", b"folder/", b"folder/.", b"folder/..", b"folder/inner",
    b"hollow", b"hollow/", b"hollow/.", b"link", b"link/", b"link-to-folder", b"link-to-folder/",
    b"link-to-folder/inner", b"link-to-folder/new", b"dangling", b"dangling/", b"dangling/x", b"loop", b"loop/",
    b"loop/x", b"pipe", b"new", b"new/", b"new/x", b"file/x", b".", b"..", b"/", b"", b"closed/hidden",
    b"closed/new", b"locked/inside", b"locked/inside/", b"locked/below", b"locked/new", LONG_NAME, LONG_NAME + b"n", b"a\0b",
    b"\xff\xfe", b"folder//inner", b"./file", b"x" * 5000,
]  # fmt: skip

RENAMES = [
    (b"file", b"new"), (b"file", b"empty"), (b"file", b"file"), (b"file", b"folder"), (b"file", b"hollow"),
    (b"file", b"link"), (b"file", b"new/"), (b"file/", b"new"), (b"file", b"folder/inner"),
    (b"file", b"locked/new"), (b"file", b"closed/new"), (b"file", LONG_NAME + b"n"), (b"file", b"\xff"),
    (b"file", b"no/new"), (b"file", b"."), (b"file", b""), (b"file", b"pipe"), (b"folder", b"new"),
    (b"folder", b"new/"), (b"folder", b"hollow"), (b"folder", b"file"), (b"folder", b"folder/below"),
    (b"folder", b"folder/inner"), (b"folder/inner", b"folder"), (b"hollow", b"folder"), (b"hollow", b"link"),
    (b"folder", b"link-to-folder"), (b"folder/.", b"new"), (b"folder/..", b"new"), (b"link", b"new"),
    (b"link", b"file"), (b"link/", b"new"), (b"link-to-folder", b"new"), (b"link-to-folder/", b"new"),
    (b"dangling", b"new"), (b"loop", b"new"), (b"missing", b"new"), (b"missing", b"."), (b"locked/inside", b"new"),
    (b"locked/inside", b"locked/new"), (b"locked/below", b"new"), (b"locked", b"hollow/locked"),
    (b"closed/hidden", b"new"), (b"a\0b", b"new"), (b"file", b"a\0b"), (b"pipe", b"new"), (b"", b"new"),
    (b"missing", LONG_NAME + b"n"), (LONG_NAME + b"n", b"no/new"), (LONG_NAME + b"n", b"."),
]  # fmt: skip

LINKS = [
    (b"target", b"new"), (b"target", b"new/"), (b"target", b"file"), (b"target", b"dangling"), (b"", b"new"),
    (b"target", b"folder/"), (b"t" * 4095, b"new"), (b"t" * 4096, b"new"), (b"\xff/\xfe", b"new"),
    (b"a\0b", b"new"), (b"target", b"locked/new"), (b"target", LONG_NAME + b"n"), (b"target", b"."), (b"", b"file"),
    (b"", b"no/new"), (b"t" * 4096, b"file"),
]  # fmt: skip


@pytest.mark.parametrize("mode", [0o755, 0o7777])
def test_folders_are_made_as_on_a_real_disk(mode: int, tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: side.os.mkdir(path, mode, dir_fd=side.root))

    assert differences(operations, tmp_path) == {}


def test_folders_are_removed_as_on_a_real_disk(tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: side.os.rmdir(path, dir_fd=side.root))

    assert differences(operations, tmp_path) == {}


def test_files_are_removed_as_on_a_real_disk(tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: side.os.unlink(path, dir_fd=side.root))

    assert differences(operations, tmp_path) == {}


def test_entries_are_moved_as_on_a_real_disk(tmp_path: Path):
    operations = {f"{pair}": partial(_rename, pair) for pair in RENAMES}

    assert differences(operations, tmp_path) == {}


def test_links_are_made_as_on_a_real_disk(tmp_path: Path):
    operations = {f"{pair}": partial(_link, pair) for pair in LINKS}

    assert differences(operations, tmp_path) == {}


def test_nothing_is_moved_or_made_in_a_removed_folder_as_on_a_real_disk(tmp_path: Path):
    operations = on_each([b"new", LONG_NAME + b"n", b".", b".."], _move_into_what_is_gone)
    operations |= {"without permission": _make_in_what_is_gone_and_locked}

    assert differences(operations, tmp_path) == {}


def _move_into_what_is_gone(side: Side, name: bytes) -> None:
    fd = side.open(b"hollow")
    side.os.rmdir(b"hollow", dir_fd=side.root)
    side.os.rename(b"file", name, src_dir_fd=side.root, dst_dir_fd=fd)


def _make_in_what_is_gone_and_locked(side: Side) -> None:
    fd = side.open(b"hollow")
    side.os.fchmod(fd, 0o555)
    side.os.rmdir(b"hollow", dir_fd=side.root)
    side.os.mkdir(b"new", dir_fd=fd)


def _rename(pair: tuple[bytes, bytes], side: Side) -> None:
    side.rename(*pair)


def _link(pair: tuple[bytes, bytes], side: Side) -> None:
    side.link(*pair)
