"""Two folders compared."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from psync.app.comparison import Comparison, compare
from psync.core.manifest import EntryPath
from psync.disk.folder import open_folder
from tests.app.machine import Machine


def compared(left: Path, right: Path) -> Comparison:
    machine = Machine()
    with open_folder(machine, os.fsencode(left)) as one, open_folder(machine, os.fsencode(right)) as other:
        return asyncio.run(compare(one, other))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A folder and its exact copy."""
    left = tmp_path / "left"
    (left / "folder" / "empty").mkdir(parents=True)
    (left / "folder" / "file").write_bytes(bytes(600_000))
    (left / "link").symlink_to("folder")
    (left / os.fsdecode(b"caf\xe9\n")).write_text("x")
    right = tmp_path / "right"
    shutil.copytree(left, right, symlinks=True)
    return left, right


def test_equal_folders_are_equal(pair: tuple[Path, Path]):
    assert compared(*pair) == Comparison(files=2, folders=2, links=1, differences=[])


def _change_the_last_byte(folder: Path) -> None:
    file = folder / "folder" / "file"
    status = file.stat()
    with file.open("r+b") as opened:
        opened.seek(-1, os.SEEK_END)
        opened.write(b"x")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _lead_the_link_elsewhere(folder: Path) -> None:
    status = (folder / "link").lstat()
    (folder / "link").unlink()
    (folder / "link").symlink_to("folded")
    times = status.st_atime_ns, status.st_mtime_ns
    os.utime(folder / "link", ns=times, follow_symlinks=False)
    _restore(folder)


def _restore(folder: Path) -> None:
    status = folder.with_name("left").stat()
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))


def _remove(folder: Path) -> None:
    (folder / "folder" / "empty").rmdir()
    status = (folder.with_name("left") / "folder").stat()
    os.utime(folder / "folder", ns=(status.st_atime_ns, status.st_mtime_ns))


def _add(folder: Path) -> None:
    (folder / "more").touch()
    _restore(folder)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param(_change_the_last_byte, (b"folder", b"file"), id="content"),
        pytest.param(lambda folder: (folder / "folder").chmod(0o700), (b"folder",), id="mode of a folder"),
        pytest.param(lambda folder: folder.chmod(0o700), (), id="mode of the folder itself"),
        pytest.param(
            lambda folder: os.utime(folder / "folder/file", ns=(0, 1)), (b"folder", b"file"), id="time"
        ),
        pytest.param(_lead_the_link_elsewhere, (b"link",), id="link"),
        pytest.param(_remove, (b"folder", b"empty"), id="missing"),
        pytest.param(_add, (b"more",), id="more"),
    ],
)
def test_a_difference_is_found_from_both_sides(
    pair: tuple[Path, Path], change: Callable[[Path], None], path: EntryPath
):
    left, right = pair
    change(right)

    assert compared(left, right).differences == [path]
    assert compared(right, left).differences == [path]


def test_what_is_never_replicated_is_passed_over(pair: tuple[Path, Path]):
    left, right = pair
    status = left.stat()
    os.mkfifo(left / "fifo")
    os.utime(left, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert compared(left, right).differences == []
