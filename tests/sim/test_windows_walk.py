"""Paths of a Windows machine."""

import errno

import pytest

from psync.core.paths import PathStyle
from sim.machine import Machine
from sim.windows_walk import is_complete
from sim.world import World


@pytest.fixture
def machine():
    """A machine with C:\\Folder\\File."""
    with World(seed=1) as world:
        machine = world.machine("far", PathStyle.WINDOWS)
        machine.files.plant(b"C:\\Folder", {b"File": b"content"})
        yield machine


@pytest.mark.parametrize(
    "path", [b"C:\\Folder\\File", b"c:/folder/FILE", b"C:\\Folder\\\\File", b"C:\\Folder.\\File ", b"C:\\"]
)
def test_a_path_finds_what_it_names(machine: Machine, path: bytes):
    assert machine.files.os.stat(path).st_ino


@pytest.mark.parametrize(
    ("path", "winerror", "number"),
    [
        (b"C:\\Folder\\nothing", 2, errno.ENOENT),
        (b"Z:\\Folder", 2, errno.ENOENT),
        (b"C:\\Folder\\File\\", 267, errno.ENOTDIR),
        (b"C:\\Folder\\File\\below", 267, errno.ENOTDIR),
        (b"C:\\Folder\\..\\Folder", 123, errno.EINVAL),
        (b"C:\\Folder\\a<b", 123, errno.EINVAL),
        (b"C:\\\xff", 1113, errno.EINVAL),
        (b"\\\\server\\share\\x", 53, errno.ENOENT),
        (b"\\Folder", 3, errno.ENOENT),
        (b"Folder", 3, errno.ENOENT),
        (b"C:Folder", 3, errno.ENOENT),
        (b"", 123, errno.EINVAL),
    ],
)
def test_a_path_that_finds_nothing_says_why(machine: Machine, path: bytes, winerror: int, number: int):
    with pytest.raises(OSError, match=f"WinError {winerror}") as caught:
        machine.files.os.stat(path)

    error = caught.value
    assert (error.errno, error.filename, vars(error)["winerror"]) == (number, path, winerror)


def test_a_name_is_looked_for_below_a_handle(machine: Machine):
    calls = machine.files.os
    folder = calls.open(b"C:\\Folder", calls.O_RDONLY | calls.O_DIRECTORY)

    assert calls.stat(b"file", dir_fd=folder) == calls.stat(b"C:\\Folder\\File")
    for name in (b"..", b".", b"a/b"):
        with pytest.raises(OSError, match="WinError 123"):
            calls.stat(name, dir_fd=folder)


def test_the_new_name_is_the_one_that_was_asked_for(machine: Machine):
    calls = machine.files.os
    folder = calls.open(b"C:\\Folder", calls.O_RDONLY | calls.O_DIRECTORY)

    calls.rename(b"file", b"FILE", src_dir_fd=folder, dst_dir_fd=folder)
    machine.files.write(b"C:\\folder\\other.", b"")
    machine.files.write(b"C:\\folder\\OTHER", b"same")

    assert machine.files.tree(b"c:\\folder") == {b"FILE": b"content", b"other": b"same"}


def test_what_begins_at_a_drive_or_a_share_is_complete():
    found = {path: is_complete(path) for path in ("C:\\", "C:/x", "\\\\nas\\x", "C:x", "x", "")}

    assert found == {"C:\\": True, "C:/x": True, "\\\\nas\\x": True, "C:x": False, "x": False, "": False}
