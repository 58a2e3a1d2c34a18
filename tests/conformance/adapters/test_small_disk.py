"""A folder with a small disk of its own: no more fits than was said, what was there stays, and nothing is left behind."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.adapters.serving import Unsupported
from conformance.adapters.small_disk import SmallDisks


@pytest.fixture
def disks() -> Iterator[SmallDisks]:
    made = SmallDisks()
    yield made
    made.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "machine"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/kept").write_text("kept")
    (folder / "way").symlink_to("/nowhere")
    return folder


def limited(disks: SmallDisks, folder: Path, more_bytes: int, more_entries: int | None = None) -> None:
    try:
        disks.limit(folder, more_bytes, more_entries)
    except Unsupported as reason:
        pytest.skip(str(reason))


def error_of_writing(path: Path, size: int) -> int | None:
    try:
        path.write_bytes(bytes(size))
    except OSError as error:
        path.unlink(missing_ok=True)
        return error.errno
    return None


def test_what_was_there_stays_and_no_more_fits_than_was_said(disks: SmallDisks, folder: Path) -> None:
    limited(disks, folder, 100_000)

    assert ((folder / "sub/kept").read_text(), str((folder / "way").readlink())) == ("kept", "/nowhere")
    assert error_of_writing(folder / "large", 200_000) == errno.ENOSPC
    disks.lift(folder)
    assert error_of_writing(folder / "large", 200_000) is None


def test_there_are_no_more_names_than_was_said(disks: SmallDisks, folder: Path) -> None:
    limited(disks, folder, 100_000, 2)

    assert [error_of_writing(folder / name, 1) for name in "abc"] == [None, None, errno.ENOSPC]


def test_at_the_end_nothing_of_it_is_left(disks: SmallDisks, folder: Path) -> None:
    limited(disks, folder, 100_000)
    disks.end()

    assert [*folder.iterdir()] == []
    assert [path.name for path in folder.parent.iterdir()] == ["machine"]


class Refusing:
    """A C library of a system that refuses one call, and carries out none."""

    def __init__(self, refused: str) -> None:
        self.unshare = lambda *arguments: refused == "unshare"
        self.mount = lambda source, *arguments: source is not None


@pytest.mark.parametrize("refused", ["unshare", "mount"])
def test_who_may_not_mount_is_told_so_and_his_folder_is_as_it_was(folder: Path, refused: str) -> None:
    with pytest.raises(Unsupported, match="no small disk can be mounted here: "):
        SmallDisks(Refusing(refused)).limit(folder, 100_000, None)

    assert ((folder / "sub/kept").read_text(), [*folder.parent.iterdir()]) == ("kept", [folder])
