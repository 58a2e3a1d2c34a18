"""Every system call fails in turn, in a run of all verbs: nothing is torn, and nothing is left behind."""

import errno
import os
from pathlib import Path

import pytest

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
from psync.core.manifest import Kind
from psync.core.problems import ProblemCode
from psync.core.settings import Durability
from psync.disk.folder import open_folder
from psync.disk.stage import TemporaryNames
from tests.disk.contents import large, pack
from tests.disk.recorded_system import REAL, TEMPORARY, RecordedSystem
from tests.disk.trees import (
    OLD_NS,
    contents,
    look,
    open_descriptors,
    plant,
    stamp,
    temporaries,
)
from tests.disk.verbs import carry_out, codes

LARGE = bytes(range(256)) * 5000  # enough to be reserved
NEW_NS = 1_700_000_000_987_654_321

PLANTED = {
    "file": b"old",
    "large": b"old",
    "link": b"old",
    "becomes": b"old",
    "mode": b"old",
    "name": b"old",
    "gone": b"old",
    "empty": None,
    "sub": None,
}

# What stands under each name in the end, for each change.
CHANGED = {
    1: {"file": b"small"},
    2: {"large": LARGE},
    3: {"new": "folder"},
    4: {"new/file": b"small too"},
    5: {"link": b"anywhere"},
    6: {"becomes": "folder"},
    7: {"mode": b"old"},
    8: {"NAME": b"old", "name": None},
    9: {"gone": None},
    10: {"empty": None},
    11: {"sub": "folder"},
    12: {"sub": "folder"},
}


def all_verbs(root: Path) -> list[Change | Content]:
    seen = {name: stamp(root / name) for name in PLANTED}
    return [
        WriteFile(1, (b"file",), 0o640, 5, seen["file"]),
        WriteFile(2, (b"large",), 0o640, len(LARGE), seen["large"]),
        MakeFolder(3, (b"new",)),
        WriteFile(4, (b"new", b"file"), 0o640, 9),
        pack((1, b"small"), (4, b"small too")),
        *large(2, LARGE, 512 * 1024),
        MakeLink(5, (b"link",), b"anywhere", OLD_NS, seen["link"]),
        MakeFolder(6, (b"becomes",), seen["becomes"]),
        SetMode(7, (b"mode",), 0o600, seen["mode"]),
        RenameEntry(8, (b"name",), b"NAME", seen["name"]),
        Delete(9, (b"gone",), Kind.FILE, seen["gone"]),
        Delete(10, (b"empty",), Kind.FOLDER, seen["empty"]),
        OpenFolder(11, (b"sub",)),
        FinishFolder(12, (b"sub",), 0o750, NEW_NS),
    ]


def state(root: Path) -> dict[str, object]:
    """What stands under each name: content, link target or "folder"."""
    return {name: "folder" if kind[0] == "d" else content for name, (kind, _, content) in look(root).items()}


def check_after_fault(root: Path, outcomes: list[Outcome], before: dict[str, object], shown: str) -> None:
    """Each change has one outcome, and what it is about is as it was or as it was to be."""
    after = state(root)
    assert [outcome.id for outcome in outcomes] == list(CHANGED), shown
    for outcome in outcomes:
        for name, wanted in CHANGED[outcome.id].items():
            allowed = [wanted, before.get(name)] if outcome.problem else [wanted]
            assert after.get(name) in allowed, (shown, outcome)
    assert ("name" in after) != ("NAME" in after), shown


def run_with_fault(root: Path, number: int, failure: int, durability: Durability) -> bool:
    """Let one call fail and see what is left; give whether there was such a call."""
    plant(root, PLANTED)
    before, descriptors = state(root), open_descriptors()
    system = RecordedSystem()
    system.random = bytes(16)
    names, same_names = TemporaryNames(system), TemporaryNames(system)
    with open_folder(system, os.fsencode(root)) as folder:
        failing = len(system.record.calls) + number
        system.record.fail[failing] = failure
        outcomes = carry_out(folder, all_verbs(root), durability, names)
    assert all(names.is_foreign(same_names.take()) for _ in CHANGED), "a name is still in use"
    if failing >= len(system.record.calls):
        return False
    call = system.record.calls[failing]
    shown = f"{errno.errorcode[failure]} at call {number}: {call}"
    check_after_fault(root, outcomes, before, shown)
    assert temporaries(root) == [] or call == ("unlink", TEMPORARY), shown
    assert open_descriptors() == descriptors, shown
    return True


@pytest.mark.parametrize(
    ("failure", "durability"),
    [
        (errno.EIO, Durability.NONE),
        (errno.EIO, Durability.FILE),
        (errno.EIO, Durability.BATCH),
        (errno.ENOSPC, Durability.BATCH),
        (errno.EINVAL, Durability.BATCH),
    ],
    ids=str,
)
def test_whatever_call_fails_names_hold_the_old_or_the_new_and_nothing_is_left_behind(
    tmp_path: Path, failure: int, durability: Durability
):
    count = 0
    while run_with_fault(tmp_path / f"{count}", count, failure, durability):
        count += 1
    assert count >= 50


def test_without_a_fault_everything_is_as_it_was_to_be(tmp_path: Path):
    root = plant(tmp_path, PLANTED)

    with open_folder(REAL, os.fsencode(root)) as folder:
        outcomes = carry_out(folder, all_verbs(root))

    assert codes(outcomes) == dict.fromkeys(CHANGED)
    assert contents(root) == {
        "NAME": b"old",
        "file": b"small",
        "large": LARGE,
        "link": b"anywhere",
        "mode": b"old",
        "new/file": b"small too",
    }
    assert (root / "becomes").is_dir()


def test_a_full_disk_is_told_for_each_file_and_the_old_ones_stay(tmp_path: Path):
    root = plant(tmp_path, PLANTED)
    system = RecordedSystem()
    system.record.fail = {"write": errno.ENOSPC, "posix_fallocate": errno.ENOSPC}

    with open_folder(system, os.fsencode(root)) as folder:
        outcomes = carry_out(folder, all_verbs(root))

    failed = {id: code for id, code in codes(outcomes).items() if code}
    assert failed == dict.fromkeys((1, 2, 4), ProblemCode.NO_SPACE)
    assert (contents(root)["file"], contents(root)["large"]) == (b"old", b"old")
