"""From a path to an inode: the same on a simulated and on a real disk."""

import stat
from pathlib import Path

from tests.sim.contract import LONG_NAME, Side, differences, on_each

PATHS = [
    b"file", b"file/", b"file/.", b"file/..", b"folder", b"folder/", b"folder/.", b"folder/inner", b"folder//inner",
    b"folder/../file", b"./file", b"link", b"link/", b"link/.", b"link-to-folder", b"link-to-folder/",
    b"link-to-folder/inner", b"link-to-folder/..", b"link-to-folder/../file", b"dangling", b"dangling/", b"loop",
    b"loop/", b"loop/x", b"pipe", b"pipe/", b"missing", b"missing/", b"missing/x", b"file/x", b".", b"./", b"/", b"//",
    b"/..", b"", b"closed", b"closed/.", b"closed/hidden", b"closed/..", b"locked/inside", LONG_NAME, LONG_NAME + b"n",
    LONG_NAME + b"n/x", b"file/" + LONG_NAME + b"n", b"/" * 4095, b"/" * 4096, b"./" * 2047, b"a\0b", b"\xff\xfe",
]  # fmt: skip


def test_links_at_the_end_are_followed_as_on_a_real_disk(tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: _kind(side, path, follow=True))

    assert differences(operations, tmp_path) == {}


def test_links_at_the_end_are_kept_as_on_a_real_disk(tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: _kind(side, path, follow=False))

    assert differences(operations, tmp_path) == {}


def test_links_are_read_as_on_a_real_disk(tmp_path: Path):
    operations = on_each(PATHS, lambda side, path: side.os.readlink(path, dir_fd=side.root))

    assert differences(operations, tmp_path) == {}


def test_as_many_links_are_followed_as_on_a_real_disk(tmp_path: Path):
    operations = on_each([b"39", b"40"], _follow_a_chain)

    assert differences(operations, tmp_path) == {}


def test_a_link_may_lead_through_folders_to_a_root(tmp_path: Path):
    operations = on_each([b"/", b"/.", b"..", b"folder/../file", b"folder/", b"file/"], _follow_to)

    assert differences(operations, tmp_path) == {}


def test_a_folder_that_is_removed_keeps_the_way_up_as_on_a_real_disk(tmp_path: Path):
    operations = on_each(
        [b"..", b"../inner", b".", b"new", LONG_NAME + b"n", b"../.."], _look_from_what_is_gone
    )

    assert differences(operations, tmp_path) == {}


def test_the_way_up_from_a_closed_folder_is_seen_as_on_a_real_disk(tmp_path: Path):
    operations = on_each([b"..", b"../", b"../.", b"../inner"], _look_up_to_what_is_closed)

    assert differences(operations, tmp_path) == {}


def _look_from_what_is_gone(side: Side, path: bytes) -> int:
    side.folder(b"folder/below")
    fd = side.open(b"folder/below")
    side.os.rmdir(b"folder/below", dir_fd=side.root)
    return stat.S_IFMT(side.os.stat(path, dir_fd=fd, follow_symlinks=False).st_mode)


def _look_up_to_what_is_closed(side: Side, path: bytes) -> int:
    side.folder(b"folder/below")
    fd = side.open(b"folder/below")
    side.chmod(b"folder", 0o000)
    return stat.S_IFMT(side.os.stat(path, dir_fd=fd, follow_symlinks=False).st_mode)


def _kind(side: Side, path: bytes, *, follow: bool) -> int:
    return stat.S_IFMT(side.os.stat(path, dir_fd=side.root, follow_symlinks=follow).st_mode)


def _follow_a_chain(side: Side, last: bytes) -> int:
    side.link(b"file", b"0")
    for number in range(40):
        side.link(b"%d" % number, b"%d" % (number + 1))
    return _kind(side, last, follow=True)


def _follow_to(side: Side, target: bytes) -> int:
    side.link(target, b"new")
    return _kind(side, b"new", follow=True)
