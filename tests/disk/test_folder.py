"""Open folders: how long they stay open, what a name in them must still be, and those of the operator."""

import errno
import os
import stat
from pathlib import Path

import pytest

from psync.core.manifest import TIME_NS_MIN, Stamp
from psync.disk.folder import (
    DIRECTORIES_MAX,
    Folder,
    folders_above,
    ids_above,
    make_folder,
    make_folders,
    open_below,
    open_folder,
    stamp_of,
)
from psync.disk.problems import EntryRefused
from tests.disk.recorded_system import REAL, RecordedSystem, Status
from tests.disk.trees import open_descriptors, plant, stamp


def test_only_so_many_folders_stay_open_and_each_is_found_again(tmp_path: Path):
    names = [b"%d" % number for number in range(DIRECTORIES_MAX + 10)]
    plant(tmp_path, {name.decode(): None for name in names})
    before = open_descriptors()

    with open_folder(REAL, os.fsencode(tmp_path)) as folder:
        inodes = [REAL.os.fstat(folder.directory((name,)).fd).st_ino for name in names]
        assert open_descriptors() == before + DIRECTORIES_MAX + 1

    assert inodes == [(tmp_path / name.decode()).stat().st_ino for name in names]
    assert open_descriptors() == before


def test_a_folder_in_frequent_use_is_opened_once(tmp_path: Path):
    plant(tmp_path, {f"{number}": None for number in range(DIRECTORIES_MAX * 2)})
    system = RecordedSystem()

    with open_folder(system, os.fsencode(tmp_path)) as folder:
        for number in range(DIRECTORIES_MAX * 2):
            folder.directory((b"%d" % number,))
            folder.directory((b"0",))

    assert system.record.calls.count(("open", b"0")) == 1


def test_a_held_folder_outlives_the_jail(root: Path):
    before = open_descriptors()
    with open_folder(REAL, os.fsencode(root)) as folder:
        held = folder.directory((b"sub",)).hold()

    assert REAL.os.fstat(held.fd).st_ino == (root / "sub").stat().st_ino
    held.release()
    assert open_descriptors() == before


def test_a_forgotten_folder_and_all_below_it_are_looked_up_again(root: Path, folder: Folder):
    (root / "sub/sub").mkdir()
    folder.directory((b"sub", b"sub"))
    folder.forget((b"sub",))
    (root / "sub").rename(root / "other")

    for path in ((b"sub",), (b"sub", b"sub")):
        with pytest.raises(FileNotFoundError):
            folder.directory(path)


def test_a_folder_made_again_under_a_known_name_is_the_new_one(root: Path, folder: Folder):
    (root / "sub/sub").mkdir()
    folder.directory((b"sub", b"sub"))
    (root / "sub").rename(root / "other")

    folder.make((b"sub",))

    made = os.fstat(folder.directory((b"sub",)).fd)
    assert os.path.samestat(made, (root / "sub").stat())
    with pytest.raises(FileNotFoundError):
        folder.directory((b"sub", b"sub"))


def test_a_folder_is_made_for_its_owner_only(root: Path, folder: Folder):
    folder.make((b"sub", b"new"))

    assert stat.S_IMODE((root / "sub/new").stat().st_mode) == 0o700


# What a plan expects


def test_a_stamp_tells_what_a_status_does_but_for_the_size_of_what_is_no_file(root: Path):
    file, folder = (root / "file").lstat(), (root / "sub").lstat()

    assert stamp_of(file) == Stamp(file.st_ino, 3, file.st_mtime_ns, file.st_ctime_ns)
    assert stamp_of(folder) == Stamp(folder.st_ino, 0, folder.st_mtime_ns, folder.st_ctime_ns)


@pytest.mark.parametrize(
    ("name", "expects", "detail"),
    [
        ("file", True, ""),
        ("free", False, ""),
        ("free", True, "CONFLICT: gone since the scan"),
        ("file", False, "CONFLICT: not there at the scan"),
        ("sub", True, ""),
    ],
)
def test_an_entry_is_what_the_plan_saw_or_a_conflict(
    root: Path, folder: Folder, name: str, expects: bool, detail: str
):
    seen = (root / name) if (root / name).exists() else (root / "file")
    expected = stamp(seen) if expects else None

    assert conflict(folder, name, expected) == detail


def test_an_entry_modified_since_the_scan_is_a_conflict(root: Path, folder: Folder):
    before = stamp(root / "file")
    changes = [
        Stamp(before.inode + 1, before.size, before.mtime_ns, before.ctime_ns),
        Stamp(before.inode, before.size + 1, before.mtime_ns, before.ctime_ns),
        Stamp(before.inode, before.size, before.mtime_ns + 1, before.ctime_ns),
        Stamp(before.inode, before.size, before.mtime_ns, before.ctime_ns + 1),
    ]

    assert [conflict(folder, "file", expected) for expected in changes] == [
        "CONFLICT: modified since the scan"
    ] * 4


def test_the_change_time_is_not_compared_where_it_is_unknown(root: Path, folder: Folder):
    before = stamp(root / "file")

    assert conflict(folder, "file", Stamp(before.inode, before.size, before.mtime_ns, 0)) == ""


def conflict(folder: Folder, name: str, expected: Stamp | None) -> str:
    """Give what is wrong with an entry, nothing for one that is as expected."""
    try:
        folder.check_expected(folder.root, name.encode(), expected)
    except EntryRefused as refused:
        return f"{refused.code}: {refused.detail}"
    return ""


# The operator's own folders


def test_the_operators_own_path_may_lead_through_links(root: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(root)

    for path in ("link", "link/sub"):
        with open_folder(REAL, os.fsencode(tmp_path / path)) as folder:
            assert folder.root.id[1] == (tmp_path / path).stat().st_ino


def test_a_file_is_not_opened_as_a_folder(root: Path):
    with pytest.raises(NotADirectoryError):
        open_folder(REAL, os.fsencode(root / "file"))


def test_the_folders_above_are_those_up_to_the_root_of_the_machine(root: Path, folder: Folder):
    folder.directory((b"sub",))
    before = open_descriptors()

    with folders_above(folder) as above:
        found = [folder.id for folder in above]

    statuses = [path.stat() for path in root.resolve().parents]
    assert found == [(status.st_dev, status.st_ino) for status in statuses]
    assert ids_above(folder) == [folder.root.id, *found]
    assert open_descriptors() == before


def test_missing_folders_are_made_from_the_top_down(root: Path):
    system = RecordedSystem()
    with open_folder(system, os.fsencode(root)) as folder:
        open_below(folder, (b"sub", b"new", b"newer"), create=True).close()

    assert system.record.called("mkdir", "fsync") == [
        ("mkdir", b"sub"),
        ("mkdir", b"new"),
        ("mkdir", b"newer"),
    ]
    assert (root / "sub/new/newer").is_dir()


def test_a_missing_folder_is_not_made_for_a_reader(root: Path, folder: Folder):
    with pytest.raises(FileNotFoundError):
        open_below(folder, (b"new",), create=False)
    assert not (root / "new").exists()


def test_a_jail_below_a_jail_outlives_it(root: Path):
    with open_folder(REAL, os.fsencode(root)) as folder:
        below = open_below(folder, (b"sub",), create=False)
        same = open_below(folder, (), create=False)

    with below, same:
        assert below.root.id[1] == (root / "sub").stat().st_ino
        assert same.directory((b"sub",)).id[1] == (root / "sub").stat().st_ino


def test_the_operators_folders_are_made_unless_they_are_there(tmp_path: Path):
    make_folder(REAL, os.fsencode(tmp_path))
    make_folders(REAL, [os.fsencode(tmp_path / part) for part in ("", "a", "a/b")], 0o700)

    assert stat.S_IMODE((tmp_path / "a/b").stat().st_mode) == 0o700


def test_an_operators_folder_below_a_missing_one_is_not_made(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        make_folder(REAL, os.fsencode(tmp_path / "a/b"))


def test_the_time_of_a_stamp_is_one_that_can_travel(root: Path):
    status = Status((root / "file").lstat(), st_mtime_ns=-(2**70))

    assert stamp_of(status).mtime_ns == TIME_NS_MIN


def test_folders_of_a_path_are_made_where_they_are_missing(tmp_path: Path):
    paths = [os.fsencode(path) for path in (Path("/"), tmp_path, tmp_path / "a", tmp_path / "a/b")]

    make_folders(REAL, paths, 0o700)

    assert stat.S_IMODE((tmp_path / "a/b").stat().st_mode) == 0o700


def test_a_folder_that_may_not_be_made_is_not_taken_for_one_that_is_there(tmp_path: Path):
    closed = plant(tmp_path / "closed", {"inside": None})
    system = RecordedSystem()
    system.record.fail["mkdir"] = errno.EACCES

    make_folders(system, [os.fsencode(closed), os.fsencode(closed / "inside")])
    with pytest.raises(PermissionError):
        make_folders(system, [os.fsencode(closed / "new")])
