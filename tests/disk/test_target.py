"""Carrying out changes: what is as the plan saw it is changed whole, all else is left alone."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.content import Content, Outcome
from psync.core.manifest import Kind, Stamp
from psync.core.problems import ProblemCode
from psync.core.settings import Durability
from psync.disk.folder import Folder, open_folder
from psync.disk.target import Target
from tests.disk.contents import begin, end, large, pack, piece
from tests.disk.recorded_system import TEMPORARY, RecordedSystem
from tests.disk.trees import (
    OLD_NS,
    contents,
    look,
    open_descriptors,
    ordinary_user,
    stamp,
    temporaries,
)
from tests.disk.verbs import apply, carry_out, codes, take

NEW_NS = 1_700_000_000_987_654_321

# Conflicts: what the plan did not see is left alone


def verbs_for(path: Path, expected: Stamp | None) -> dict[str, list[Change | Content]]:
    name = (os.fsencode(path.name),)
    verbs: dict[str, list[Change | Content]] = {
        "write": [WriteFile(1, name, 0o644, 3, expected), pack((1, b"new"))],
        "write large": [WriteFile(1, name, 0o644, 3, expected), *large(1, b"new")],
        "link": [MakeLink(1, name, b"anywhere", OLD_NS, expected)],
        "make folder": [MakeFolder(1, name, expected)],
    }
    if expected is not None:
        verbs |= {
            "set mode": [SetMode(1, name, 0o600, expected)],
            "rename": [RenameEntry(1, name, b"renamed", expected)],
            "delete": [Delete(1, name, Kind.FILE, expected)],
        }
    return verbs


def outcomes_of_verbs(folder: Folder, path: Path, expected: Stamp | None) -> dict[str, ProblemCode | None]:
    """Try all verbs on one entry; what each answered."""
    return {verb: codes(carry_out(folder, steps))[1] for verb, steps in verbs_for(path, expected).items()}


def test_an_entry_that_was_modified_since_the_scan_is_left_alone(root: Path, folder: Folder):
    seen = stamp(root / "file")
    (root / "file").write_bytes(b"by somebody")
    before = contents(root)

    answers = outcomes_of_verbs(folder, root / "file", seen)

    assert set(answers.values()) == {ProblemCode.CONFLICT}
    assert contents(root) == before


def test_an_entry_that_appeared_since_the_scan_is_left_alone(root: Path, folder: Folder):
    before = contents(root)

    answers = outcomes_of_verbs(folder, root / "file", None)

    assert set(answers.values()) == {ProblemCode.CONFLICT}
    assert contents(root) == before


def test_an_entry_that_is_gone_since_the_scan_is_not_made_again_and_need_not_be_deleted(
    root: Path, folder: Folder
):
    seen = stamp(root / "file")
    (root / "file").unlink()
    before = contents(root)

    answers = outcomes_of_verbs(folder, root / "file", seen)

    special = {"set mode": ProblemCode.NOT_FOUND, "delete": None}
    expected = dict.fromkeys(answers, ProblemCode.CONFLICT) | special
    assert answers == expected
    assert contents(root) == before


def test_a_target_that_changes_before_the_commit_is_left_alone(root: Path, folder: Folder, target: Target):
    for step in (WriteFile(1, (b"file",), 0o644, 3, stamp(root / "file")), pack((1, b"new"))):
        take(target, step)
    (root / "file").write_bytes(b"by somebody")

    assert codes(target.settle()) == {1: ProblemCode.CONFLICT}
    assert contents(root) == {"file": b"by somebody", "sub/file": b"old"}


def test_a_link_where_a_folder_is_to_be_made_is_left_alone(root: Path, folder: Folder):
    (root / "new").symlink_to("sub")

    assert codes([apply(folder, MakeFolder(1, (b"new",)))]) == {1: ProblemCode.CONFLICT}
    assert (root / "new").is_symlink()


def test_a_folder_where_a_file_is_to_be_written_stays(root: Path, folder: Folder):
    change = WriteFile(1, (b"empty",), 0o644, 3, stamp(root / "empty"))

    assert codes([apply(folder, change, pack((1, b"new")))]) == {1: ProblemCode.KIND_CONFLICT}
    assert (root / "empty").is_dir()
    assert temporaries(root) == []


# Folders


def test_a_folder_that_somebody_made_meanwhile_is_used(root: Path, folder: Folder):
    outcomes = carry_out(
        folder, [MakeFolder(1, (b"sub",)), WriteFile(2, (b"sub", b"new"), 0o644, 3), pack((2, b"new"))]
    )

    assert codes(outcomes) == {1: None, 2: None}
    assert contents(root / "sub") == {"file": b"old", "new": b"new"}


def test_in_a_folder_that_somebody_made_meanwhile_nothing_is_replaced_unseen(root: Path, folder: Folder):
    outcomes = carry_out(
        folder, [MakeFolder(1, (b"sub",)), WriteFile(2, (b"sub", b"file"), 0o644, 3), pack((2, b"new"))]
    )

    assert codes(outcomes) == {1: None, 2: ProblemCode.CONFLICT}
    assert contents(root / "sub") == {"file": b"old"}


@pytest.mark.parametrize("kind", ["file", "link", "fifo"])
def test_what_is_no_folder_is_replaced_by_one(root: Path, folder: Folder, kind: str):
    path = root / "becomes"
    if kind == "file":
        path.write_bytes(b"old")
    elif kind == "link":
        path.symlink_to("sub")
    else:
        os.mkfifo(path)

    assert apply(folder, MakeFolder(1, (b"becomes",), stamp(path))).problem is None
    assert stat.S_ISDIR(path.lstat().st_mode)
    assert temporaries(root) == []


def test_a_folder_gets_its_mode_and_time_last(root: Path, folder: Folder):
    assert apply(folder, FinishFolder(1, (b"sub",), 0o1751, NEW_NS)).problem is None

    assert look(root)["sub"] == ("drwxr-x--t", NEW_NS, b"")


def test_the_jobs_own_folder_is_opened_and_finished_too(root: Path, folder: Folder):
    root.chmod(0o555)

    assert apply(folder, OpenFolder(1, ())).problem is None
    assert look(root)["."][0] == "drwxr-xr-x"
    assert apply(folder, FinishFolder(1, (), 0o500, NEW_NS)).problem is None
    assert look(root)["."] == ("dr-x------", NEW_NS, b"")


def test_only_the_owners_rights_are_opened(root: Path, folder: Folder):
    (root / "sub").chmod(0o2415)

    assert apply(folder, OpenFolder(1, (b"sub",))).problem is None
    assert stat.S_IMODE((root / "sub").stat().st_mode) == 0o2715


def test_a_read_only_folder_is_changed_once_it_is_opened(root: Path, folder: Folder):
    (root / "sub").chmod(0o555)
    write: list[Change | Content] = [WriteFile(2, (b"sub", b"new"), 0o644, 3), pack((2, b"new"))]

    with ordinary_user(root):
        refused = codes(carry_out(folder, write))
        opened = codes(carry_out(folder, [OpenFolder(1, (b"sub",)), *write]))
        finished = codes(carry_out(folder, [FinishFolder(3, (b"sub",), 0o555, NEW_NS)]))

    assert (refused, opened, finished) == ({2: ProblemCode.PERMISSION}, {1: None, 2: None}, {3: None})
    assert contents(root / "sub") == {"file": b"old", "new": b"new"}
    assert look(root)["sub"] == ("dr-xr-xr-x", NEW_NS, b"")


# Files, links and their attributes

TIMES = {
    "a nanosecond": 1_700_000_000_000_000_001,
    "before 1970": -1,
    "long before 1970": -1_000_000_000_123_456_789,
    "1970": 0,
    "after 2038": 4_000_000_000_999_999_999,
}


@pytest.mark.parametrize("time_ns", TIMES.values(), ids=TIMES.keys())
def test_times_are_kept_to_the_nanosecond(root: Path, folder: Folder, time_ns: int):
    data = b"new"
    outcomes = carry_out(
        folder,
        [
            WriteFile(1, (b"small",), 0o644, 3),
            WriteFile(2, (b"large",), 0o644, 3),
            pack((1, data), mtime_ns=time_ns),
            *[begin(2, 3), piece(2, 0, data), end(2, data, time_ns)],
            MakeLink(3, (b"link",), b"anywhere", time_ns),
            FinishFolder(4, (b"sub",), 0o755, time_ns),
        ],
    )

    assert codes(outcomes) == dict.fromkeys((1, 2, 3, 4))
    seen = look(root)
    assert [seen[name][1] for name in ("small", "large", "link", "sub")] == [time_ns] * 4


@pytest.mark.parametrize("mode", [0o000, 0o200, 0o444, 0o666, 0o777, 0o1755])
def test_modes_are_kept_whatever_the_mask_of_the_process(root: Path, folder: Folder, mode: int):
    mask = os.umask(0o077)
    try:
        write = [WriteFile(1, (b"new",), mode, 3), pack((1, b"new"))]
        outcomes = carry_out(folder, [*write, SetMode(2, (b"file",), mode, stamp(root / "file"))])
    finally:
        os.umask(mask)

    assert codes(outcomes) == {1: None, 2: None}
    assert [stat.S_IMODE((root / name).stat().st_mode) for name in ("new", "file")] == [mode, mode]


@pytest.mark.parametrize("link_target", [b"/etc/passwd", b"../..", b"\xff\n", b"x" * 4095], ids=repr)
def test_the_target_of_a_link_is_kept_as_it_is(root: Path, folder: Folder, link_target: bytes):
    assert apply(folder, MakeLink(1, (b"link",), link_target, OLD_NS)).problem is None
    assert look(root)["link"] == ("lrwxrwxrwx", OLD_NS, link_target)


@pytest.mark.parametrize("link_target", [b"", b"a\0b"], ids=["nothing", "no text of a system"])
def test_a_link_that_no_system_could_make_is_refused(root: Path, folder: Folder, link_target: bytes):
    before = contents(root)

    outcome = apply(folder, MakeLink(1, (b"link",), link_target, OLD_NS))

    assert (outcome.problem and outcome.problem.code, contents(root)) == (ProblemCode.NAME_INVALID, before)


def test_what_is_gone_with_its_folder_is_not_told_as_deleted(root: Path, folder: Folder):
    seen = stamp(root / "sub/file")
    (root / "sub").rename(root / "other")

    assert codes([apply(folder, Delete(1, (b"sub", b"file"), Kind.FILE, seen))]) == {1: ProblemCode.NOT_FOUND}
    assert (root / "other/file").exists()


def test_an_acknowledged_file_is_known_by_the_stamp_it_has_now(root: Path, folder: Folder):
    outcome = apply(folder, WriteFile(1, (b"file",), 0o600, 3, stamp(root / "file")), pack((1, b"new")))

    assert outcome == Outcome(1, stamp(root / "file"))


def test_another_mode_is_synced_where_anything_is(root: Path):
    change = SetMode(1, (b"file",), 0o600, stamp(root / "file"))
    synced = {}
    for durability in Durability:
        system = RecordedSystem()
        with open_folder(system, os.fsencode(root)) as folder:
            carry_out(folder, [structs.replace(change, expected=stamp(root / "file"))], durability)
        synced[durability] = system.record.called("fsync")

    both = [("fsync", b"file"), ("fsync", b"<root>")]
    assert synced == {"none": [], "file": both, "batch": both}


# Deletions


def test_a_folder_that_is_not_empty_is_kept(root: Path, folder: Folder):
    delete = Delete(1, (b"sub",), Kind.FOLDER, stamp(root / "sub"))

    assert codes([apply(folder, delete)]) == {1: ProblemCode.FOLDER_KEPT}
    assert contents(root / "sub") == {"file": b"old"}


def test_a_folder_whose_content_has_changed_is_still_the_same_folder(root: Path, folder: Folder):
    seen = stamp(root / "sub")
    (root / "sub/file").unlink()

    assert apply(folder, Delete(1, (b"sub",), Kind.FOLDER, seen)).problem is None
    assert not (root / "sub").exists()


def test_another_folder_of_the_same_name_is_kept(root: Path, folder: Folder):
    seen = stamp(root / "empty")
    (root / "empty").rename(root / "moved")
    (root / "empty").mkdir()

    delete = Delete(1, (b"empty",), Kind.FOLDER, seen)

    assert codes([apply(folder, delete)]) == {1: ProblemCode.CONFLICT}
    assert (root / "empty").is_dir()


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [("file", Kind.FOLDER, ProblemCode.LINK_REFUSED), ("empty", Kind.FILE, ProblemCode.KIND_CONFLICT)],
)
def test_nothing_is_deleted_as_another_kind(
    root: Path, folder: Folder, name: str, kind: Kind, code: ProblemCode
):
    delete = Delete(1, (name.encode(),), kind, stamp(root / name))

    assert codes([apply(folder, delete)]) == {1: code}
    assert (root / name).exists()


# Renaming


def test_an_entry_is_renamed_in_one_step(root: Path):
    """Whoever is killed between two would leave it under a temporary's name, which the next run removes."""
    system = RecordedSystem()
    with open_folder(system, os.fsencode(root)) as folder:
        outcome = apply(folder, RenameEntry(1, (b"file",), b"FILE", stamp(root / "file")))

    assert outcome.problem is None
    assert system.record.called("rename") == [("rename", b"file")]
    assert contents(root) == {"FILE": b"old", "sub/file": b"old"}


class Folding:
    """The calls of a Linux whose file system takes `file` and `FILE` for one name: to rename one to the other does nothing."""

    def __init__(self, system: RecordedSystem) -> None:
        self._os = system.os

    def __getattr__(self, name: str) -> Any:
        return getattr(self._os, name)

    def stat(self, path: bytes, **options: Any) -> Any:
        try:
            return self._os.stat(path, **options)
        except FileNotFoundError:
            return self._os.stat(path.swapcase(), **options)

    def rename(self, src: bytes, dst: bytes, **options: Any) -> None:
        if src.lower() != dst.lower():
            self._os.rename(src, dst, **options)


def test_where_two_spellings_are_one_name_an_entry_is_renamed_by_way_of_a_temporary(root: Path):
    system = RecordedSystem()
    system.os = Folding(system)
    with open_folder(system, os.fsencode(root)) as folder:
        outcome = apply(folder, RenameEntry(1, (b"file",), b"FILE", stamp(root / "file")))

    assert outcome.problem is None
    assert system.record.called("rename") == [("rename", b"file"), ("rename", TEMPORARY)]
    assert contents(root) == {"FILE": b"old", "sub/file": b"old"}


def test_an_entry_that_has_both_names_keeps_them(root: Path, folder: Folder):
    (root / "FILE").hardlink_to(root / "file")

    outcome = apply(folder, RenameEntry(1, (b"file",), b"FILE", stamp(root / "file")))

    assert codes([outcome]) == {1: ProblemCode.CONFLICT}
    assert contents(root) == {"FILE": b"old", "file": b"old", "sub/file": b"old"}


def test_an_entry_is_not_renamed_over_another(root: Path, folder: Folder):
    (root / "FILE").write_bytes(b"another")

    outcome = apply(folder, RenameEntry(1, (b"file",), b"FILE", stamp(root / "file")))

    assert codes([outcome]) == {1: ProblemCode.CONFLICT}
    assert contents(root) == {"FILE": b"another", "file": b"old", "sub/file": b"old"}


def test_a_folder_is_renamed_whatever_has_happened_in_it_since_it_was_seen(root: Path, folder: Folder):
    seen = stamp(root / "sub")
    (root / "sub/file").unlink()

    assert codes([apply(folder, RenameEntry(1, (b"sub",), b"SUB", seen))]) == {1: None}
    assert codes([apply(folder, RenameEntry(1, (b"SUB",), b"sub", stamp(root / "file")))]) == {
        1: ProblemCode.CONFLICT
    }


def test_an_entry_that_cannot_be_removed_keeps_its_place(root: Path):
    system = RecordedSystem()
    system.record.fail["unlink"] = errno.EIO
    with open_folder(system, os.fsencode(root)) as folder:
        outcome = apply(folder, MakeFolder(1, (b"file",), stamp(root / "file")))

    assert codes([outcome]) == {1: ProblemCode.IO_ERROR}
    assert contents(root) == {"file": b"old", "sub/file": b"old"}


def test_a_renamed_folder_is_known_by_its_new_name_only(root: Path, folder: Folder):
    folder.directory((b"sub",))
    outcomes = carry_out(
        folder,
        [
            RenameEntry(1, (b"sub",), b"SUB", stamp(root / "sub")),
            FinishFolder(2, (b"sub",), 0o700, OLD_NS),
            FinishFolder(3, (b"SUB",), 0o700, OLD_NS),
        ],
    )

    assert codes(outcomes) == {1: None, 2: ProblemCode.NOT_FOUND, 3: None}


def test_a_deleted_folder_is_not_held_open(root: Path, folder: Folder):
    folder.directory((b"empty",))
    before = open_descriptors()

    outcome = apply(folder, Delete(1, (b"empty",), Kind.FOLDER, stamp(root / "empty")))

    assert (outcome.problem, open_descriptors()) == (None, before - 1)


def test_where_no_modes_are_kept_none_is_set(root: Path, folder: Folder):
    system = RecordedSystem()
    system.record.fail["fchmod"] = errno.EPERM
    modes = {path.name: path.stat().st_mode for path in (root / "file", root / "sub")}

    with Folder(system, folder.root.hold(), modes_kept=False) as without_modes:
        outcomes = carry_out(
            without_modes,
            [
                SetMode(1, (b"file",), 0o600, stamp(root / "file")),
                OpenFolder(2, (b"sub",)),
                FinishFolder(3, (b"sub",), 0o700, OLD_NS),
                WriteFile(4, (b"new",), 0o640, 3),
                pack((4, b"new")),
            ],
        )

    assert codes(outcomes) == dict.fromkeys((1, 2, 3, 4))
    assert {path.name: path.stat().st_mode for path in (root / "file", root / "sub")} == modes
