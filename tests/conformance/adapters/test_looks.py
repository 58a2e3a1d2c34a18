"""Of a real folder it is known what was read in it and listed, and by nobody who only looks at names."""

import os
from pathlib import Path

import pytest

from conformance.adapters import looks
from conformance.adapters.serving import Unsupported


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("read.txt", "inner/read.txt", "inner/left.txt", "left/left.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"content")
    looks.watch(tmp_path)
    return tmp_path


def test_what_is_read_or_listed_is_told_once_it_was(folder: Path) -> None:
    (folder / "read.txt").read_bytes()
    (folder / "inner/read.txt").read_bytes()
    os.listdir(folder / "inner")

    assert looks.looked_at(folder) == ["inner", "inner/read.txt", "read.txt"]


def test_to_open_or_stat_is_not_to_look(folder: Path) -> None:
    os.stat(folder / "left/left.txt")
    os.close(os.open(folder / "left", os.O_RDONLY))

    assert looks.looked_at(folder) == []


def test_the_folder_itself_is_told_too(folder: Path) -> None:
    os.listdir(folder)

    assert looks.looked_at(folder) == ["."]


def test_a_disk_that_keeps_no_times_of_access_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(tmp_path)
    told = os.statvfs_result((*real[:8], real.f_flag | os.ST_NOATIME, real.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda path: told)

    with pytest.raises(Unsupported, match="keeps no times of access"):
        looks.watch(tmp_path)
