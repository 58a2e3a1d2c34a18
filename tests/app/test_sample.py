"""The files of the demonstration."""

import os
from pathlib import Path

import pytest

from psync.app.sample import ADDED_FILE, ADDED_LINE, change_one_file, make_sample
from psync.core.manifest import EntryPath
from psync.disk.folder import open_folder
from tests.app.machine import Machine
from tests.app.psync_process import contents


def change(folder: Path) -> EntryPath:
    with open_folder(Machine(), os.fsencode(folder)) as opened:
        return change_one_file(opened)


def test_the_sample_has_a_little_of_everything(tmp_path: Path):
    with open_folder(Machine(), os.fsencode(tmp_path)) as folder:
        make_sample(folder)

    paths = list(tmp_path.rglob("*"))
    sizes = [path.stat().st_size for path in paths if path.is_file()]
    assert 0 in sizes
    assert max(sizes) > 256 * 1024, "one travels in pieces"
    assert any(path.is_symlink() for path in paths)
    assert any(path.is_dir() and not list(path.iterdir()) for path in paths)
    assert any(os.access(path, os.X_OK) and path.is_file() for path in paths)
    assert any(b"\xe9" in os.fsencode(path) for path in paths)


def test_the_first_file_gets_a_line(tmp_path: Path):
    (tmp_path / "b").write_text("b\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("x\n")

    assert change(tmp_path) == (b"b",)
    assert contents(tmp_path) == {"a/x": b"x\n", "b": b"b\n" + ADDED_LINE}


@pytest.mark.parametrize("name", [b"\xff\n", b"-rf", b" "])
def test_a_file_of_any_name_gets_it(tmp_path: Path, name: bytes):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()

    assert change(tmp_path) == (name,)
    assert list(contents(tmp_path).values()) == [ADDED_LINE]


def test_a_link_is_not_written_through(tmp_path: Path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("kept")
    folder.mkdir()
    (folder / "a").symlink_to(outside)

    assert change(folder) == (ADDED_FILE,)
    assert outside.read_text() == "kept"


def test_where_there_is_no_file_one_is_added(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    tmp_path.chmod(0o500)

    assert change(tmp_path) == (ADDED_FILE,)
    assert contents(tmp_path) == {ADDED_FILE.decode(): ADDED_LINE}
