"""A folder for a moment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from psync.app.scratch import Scratch
from psync.core.errors import ResultsFolderInvalid
from tests.app.machine import Machine


@contextmanager
def scratch_in(place: Path) -> Iterator[Scratch]:
    scratch = Scratch(Machine({"TMPDIR": f"{place}/"}))
    scratch.make()
    try:
        yield scratch
    finally:
        scratch.remove()


def test_it_is_private_new_and_gone_afterwards(tmp_path: Path):
    with scratch_in(tmp_path) as first, scratch_in(tmp_path) as second:
        modes = [Path(scratch.path).stat().st_mode & 0o777 for scratch in (first, second)]
        places = {str(Path(scratch.path).parent) for scratch in (first, second)}

    assert (modes, places) == ([0o700, 0o700], {str(tmp_path)})
    assert first.path != second.path
    assert list(tmp_path.iterdir()) == []


def test_without_a_variable_it_lies_where_all_temporary_files_do():
    assert Scratch(Machine()).path.startswith("/tmp/psync-")


def test_nothing_is_made_before_it_is_asked_for(tmp_path: Path):
    Scratch(Machine({"TMPDIR": str(tmp_path)}))

    assert list(tmp_path.iterdir()) == []


def test_whatever_lies_in_it_is_removed_and_no_link_is_followed(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    with scratch_in(tmp_path) as scratch:
        folder = Path(scratch.path, "a", "b")
        folder.mkdir(parents=True)
        (folder / os.fsdecode(b"\xff\n")).touch()
        (folder / "link").symlink_to(outside)
        os.mkfifo(folder / "fifo")
        folder.chmod(0o500)
        folder.parent.chmod(0o500)

    assert list(tmp_path.iterdir()) == [outside]
    assert (outside / "kept").exists()


def test_a_place_where_nothing_can_be_made_is_named(tmp_path: Path):
    with pytest.raises(ResultsFolderInvalid) as refused:
        Scratch(Machine({"TMPDIR": f"{tmp_path}/gone"})).make()

    assert str(refused.value) == (
        f"The folder '{tmp_path}/gone' cannot take the results: No such file or directory."
    )
