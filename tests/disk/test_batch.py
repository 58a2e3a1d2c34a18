"""Batches: what is synced before what, at each durability, and what an error of a sync means."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from psync.core.changes import Change, Delete, MakeFolder, SetMode, WriteFile
from psync.core.content import Content
from psync.core.manifest import Kind
from psync.core.problems import ProblemCode
from psync.core.settings import Durability
from psync.disk.batch import BATCH_BYTES_MAX, BATCH_FILES_MAX, FOLDERS_MAX, SINGLE_SYNCS_MAX
from psync.disk.folder import DIRECTORIES_MAX, Folder, open_folder
from psync.disk.stage import TemporaryNames
from psync.disk.target import Target
from tests.disk.contents import pack
from tests.disk.recorded_system import REAL, ROOT, TEMPORARY, Call, RecordedSystem
from tests.disk.trees import contents, open_descriptors, stamp, temporaries
from tests.disk.verbs import carry_out, codes, take

MANY = SINGLE_SYNCS_MAX + 4

# What makes an order of safety.
# The folder that holds `sub`, whose name nobody may have synced.
WAY = ("fsync", ROOT)

TELLING = ("fsync", "sync_volume", "rename", "close")


def write(*paths: tuple[bytes, ...]) -> list[Change | Content]:
    """Write a new file under each path, ids from 1."""
    changes = [WriteFile(id, path, 0o644, 3) for id, path in enumerate(paths, start=1)]
    return [*changes, pack(*((change.id, b"new") for change in changes))]


def write_many(folder: bytes = b"sub", count: int = MANY) -> list[Change | Content]:
    return write(*((folder, b"new%d" % number) for number in range(count)))


class Run:
    """The calls and outcomes of one batch, from its first change to its acknowledgement."""

    def __init__(self, root: Path, steps: Sequence[Change | Content], durability: Durability) -> None:
        self.root = root
        self.steps = steps
        self.durability = durability
        self.system = RecordedSystem()
        self.calls: list[Call] = []
        self.outcomes: dict[int, ProblemCode | None] = {}

    def go(self) -> "Run":
        before = open_descriptors()
        with open_folder(self.system, os.fsencode(self.root)) as folder:
            folder.directory((b"sub",))
            self.outcomes = codes(carry_out(folder, self.steps, self.durability))
            self.calls = self.system.record.called(*TELLING)
        assert open_descriptors() == before
        return self

    @property
    def kinds(self) -> list[str]:
        return [name for name, _ in self.calls if name != "close"]


def run(root: Path, steps: Sequence[Change | Content], durability: Durability) -> Run:
    return Run(root, steps, durability).go()


# The order of syncs


def test_a_file_is_synced_before_it_gets_its_name_and_its_folder_after(root: Path):
    expected = [("fsync", TEMPORARY), ("close", TEMPORARY), ("rename", TEMPORARY), ("fsync", b"sub"), WAY]

    assert run(root, write((b"sub", b"new")), Durability.FILE).calls == expected
    assert run(root, write((b"sub", b"other")), Durability.BATCH).calls == expected


def test_without_durability_nothing_is_synced(root: Path):
    steps = [*write_many(), MakeFolder(90, (b"made",)), SetMode(91, (b"file",), 0o600, stamp(root / "file"))]

    assert set(run(root, steps, Durability.NONE).kinds) == {"rename"}


def test_each_file_is_synced_by_itself_where_that_was_asked_for(root: Path):
    expected = ["fsync"] * MANY + ["rename"] * MANY + ["fsync", "fsync"]

    assert run(root, write_many(), Durability.FILE).kinds == expected


def test_few_files_are_synced_one_by_one(root: Path):
    count = SINGLE_SYNCS_MAX
    expected = ["fsync"] * count + ["rename"] * count + ["fsync", "fsync"]

    assert run(root, write_many(count=count), Durability.BATCH).kinds == expected


def test_many_files_are_synced_with_their_volume_before_any_gets_its_name(root: Path):
    found = run(root, write_many(), Durability.BATCH)

    # The first sync finds out whether the volume can be synced.
    assert found.kinds == ["sync_volume", "sync_volume"] + ["rename"] * MANY + ["fsync", "fsync"]
    assert found.outcomes == dict.fromkeys(range(1, MANY + 1))


def test_the_last_sync_of_a_volume_comes_after_the_last_byte(root: Path):
    system = RecordedSystem()
    with open_folder(system, os.fsencode(root)) as folder:
        carry_out(folder, write_many(), Durability.BATCH)

    calls = system.record.calls
    last_write = max(number for number, (name, _) in enumerate(calls) if name in ("write", "fchmod", "utime"))
    last_sync = max(number for number, (name, _) in enumerate(calls) if name == "sync_volume")
    assert last_sync > last_write


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.EIO])
def test_files_of_a_volume_that_cannot_be_synced_are_synced_one_by_one(root: Path, number: int):
    batch = Run(root, write_many(), Durability.BATCH)
    batch.system.record.fail["sync_volume"] = number

    found = batch.go()

    assert found.kinds == ["sync_volume"] + ["fsync"] * MANY + ["rename"] * MANY + ["fsync", "fsync"]
    assert found.outcomes == dict.fromkeys(range(1, MANY + 1))


def test_a_volume_is_asked_once_whether_it_can_be_synced(root: Path):
    system = RecordedSystem()
    system.record.fail["sync_volume"] = errno.EOPNOTSUPP
    with open_folder(system, os.fsencode(root)) as folder:
        target = Target(folder, TemporaryNames(system), Durability.BATCH)
        for round_number in range(2):
            for step in write_many(b"sub", MANY):
                if isinstance(step, WriteFile):
                    path = (b"sub", b"%d-%d" % (round_number, step.id))
                    step = WriteFile(step.id, path, 0o644, 3)
                take(target, step)
            assert len(target.settle()) == MANY

    assert len(system.record.called("sync_volume")) == 1


def test_every_volume_of_a_batch_is_synced(root: Path):
    both = [(folder, b"new%d" % number) for number in range(MANY) for folder in (b"sub", b"empty")]
    batch = Run(root, write(*both), Durability.BATCH)
    batch.system.record.devices = {b"sub": 1, b"empty": 2}

    found = batch.go()

    assert found.calls.count(("sync_volume", b"sub")) == 2
    assert found.calls.count(("sync_volume", b"empty")) == 2
    renamed = found.kinds.index("rename")
    assert found.kinds[renamed - 2 : renamed] == ["sync_volume", "sync_volume"]


def test_a_folder_is_synced_once_for_all_that_changed_in_it(root: Path):
    gone = Delete(90, (b"sub", b"file"), Kind.FILE, stamp(root / "sub/file"))
    steps = [*write((b"sub", b"new"), (b"new",), (b"sub", b"other")), MakeFolder(91, (b"sub", b"made")), gone]

    calls = run(root, steps, Durability.BATCH).calls

    assert sorted(call for call in calls if call[0] == "fsync" and call[1] != TEMPORARY) == [
        ("fsync", ROOT),
        ("fsync", b"sub"),
    ]
    assert [name for name, _ in calls[-2:]] == ["fsync", "fsync"]


# What an error of a sync means


@pytest.mark.parametrize("durability", [Durability.FILE, Durability.BATCH])
def test_a_file_that_could_not_be_synced_does_not_get_its_name(root: Path, durability: Durability):
    batch = Run(
        root,
        [WriteFile(1, (b"sub", b"file"), 0o644, 3, stamp(root / "sub/file")), pack((1, b"new"))],
        durability,
    )
    batch.system.record.fail["fsync"] = errno.EIO

    found = batch.go()

    assert found.outcomes == {1: ProblemCode.IO_ERROR}
    assert "rename" not in found.kinds
    assert contents(root) == {"file": b"old", "sub/file": b"old"}


def test_a_sync_that_failed_is_never_repeated(root: Path):
    batch = Run(root, write((b"new",)), Durability.FILE)
    batch.system.record.fail["fsync"] = errno.EIO

    assert batch.go().calls.count(("fsync", TEMPORARY)) == 1


def test_one_file_that_cannot_be_synced_does_not_fail_the_others_that_are_synced_alone(root: Path):
    batch = Run(root, write((b"sub", b"a"), (b"sub", b"b")), Durability.FILE)
    record = batch.system.record
    record.before["fsync"] = lambda: record.fail.update({len(record.calls) - 1: errno.EIO})

    assert batch.go().outcomes == {1: ProblemCode.IO_ERROR, 2: None}


def test_no_file_of_a_batch_gets_its_name_when_the_sync_of_its_volume_failed(root: Path):
    batch = Run(root, write_many(), Durability.BATCH)
    record = batch.system.record

    # The first sync only finds out; the second is the one that counts.
    record.before["sync_volume"] = lambda: record.before.update({"sync_volume": fail_the_second})

    def fail_the_second() -> None:
        record.fail["sync_volume"] = errno.EIO

    found = batch.go()

    assert found.outcomes == dict.fromkeys(range(1, MANY + 1), ProblemCode.IO_ERROR)
    assert contents(root) == {"file": b"old", "sub/file": b"old"}


def test_what_is_in_a_folder_that_could_not_be_synced_is_not_acknowledged(root: Path):
    batch = Run(root, write((b"sub", b"new"), (b"new",)), Durability.BATCH)
    record = batch.system.record
    record.before["rename"] = lambda: record.before.update({"fsync": fail_one})

    def fail_one() -> None:
        record.fail[len(record.calls) - 1] = errno.EIO

    found = batch.go()

    failing = next(call for number, call in enumerate(record.calls) if number in record.fail)
    [failed] = [id for id, code in found.outcomes.items() if code]
    assert (failed, found.outcomes[failed]) == ({b"sub": 1, ROOT: 2}[failing[1]], ProblemCode.IO_ERROR)


def test_what_is_below_a_new_folder_whose_name_could_not_be_synced_is_not_acknowledged(root: Path):
    made = [MakeFolder(8, (b"made",)), MakeFolder(9, (b"made", b"inner"))]
    batch = Run(root, [*made, *write((b"made", b"inner", b"new"), (b"sub", b"new"))], Durability.BATCH)
    record = batch.system.record

    def fail_sync_of_root() -> None:
        if record.calls[-1] == ("fsync", ROOT):
            record.fail[len(record.calls) - 1] = errno.EIO
        record.before["fsync"] = fail_sync_of_root

    record.before["fsync"] = fail_sync_of_root
    found = batch.go()

    io_error = ProblemCode.IO_ERROR
    assert found.outcomes == dict.fromkeys((8, 9, 1, 2), io_error)  # `sub` hangs on the same folder


# When a batch is full


@pytest.fixture
def waiting(folder: Folder) -> Target:
    return Target(folder, TemporaryNames(REAL), Durability.NONE)


def test_a_batch_is_full_at_its_number_of_files(root: Path, folder: Folder, waiting: Target):
    full = []
    for step in write_many(b"sub", BATCH_FILES_MAX - 1):
        take(waiting, step)
    full.append(waiting.is_full)
    take(waiting, MakeFolder(5000, (b"made",)))
    full.append(waiting.is_full)

    assert full == [False, True]
    assert len(waiting.settle()) == BATCH_FILES_MAX
    assert not waiting.is_full


def test_a_batch_is_full_at_its_number_of_bytes(root: Path, waiting: Target):
    data = bytes(BATCH_BYTES_MAX // 2)
    full = []
    for id in (1, 2):
        take(waiting, WriteFile(id, (b"new%d" % id,), 0o644, len(data)))
        take(waiting, pack((id, data)))
        full.append(waiting.is_full)
    waiting.close()

    assert full == [False, True]
    assert not waiting.is_full


def test_a_batch_that_is_discarded_leaves_nothing(root: Path):
    system = RecordedSystem()
    before = open_descriptors()
    with open_folder(system, os.fsencode(root)) as folder:
        target = Target(folder, TemporaryNames(system), Durability.BATCH)
        for step in [*write_many(), MakeFolder(90, (b"sub", b"made"))]:
            take(target, step)
        staged = len(temporaries(root))
        target.close()

        assert (staged, temporaries(root), target.settle()) == (MANY, [], [])
    assert open_descriptors() == before


def test_few_descriptors_are_open_however_many_files_wait(root: Path, folder: Folder):
    target = Target(folder, TemporaryNames(REAL), Durability.BATCH)
    folder.directory((b"sub",))
    before = open_descriptors()
    for step in write_many(b"sub", 200):
        take(target, step)

    assert open_descriptors() - before == SINGLE_SYNCS_MAX
    target.close()


def test_a_folder_that_waits_for_its_sync_stays_open_when_others_push_it_out(root: Path, folder: Folder):
    target = Target(folder, TemporaryNames(REAL), Durability.BATCH)
    take(target, MakeFolder(1, (b"sub", b"made")))
    for number in range(2, 200):
        take(target, MakeFolder(number, (b"%d" % number,)))

    assert codes(target.settle()) == dict.fromkeys(range(1, 200))


@pytest.mark.parametrize("durability", Durability)
def test_files_in_more_folders_than_may_be_open_are_settled_on_the_way(
    root: Path, folder: Folder, durability: Durability
):
    count = 3 * FOLDERS_MAX
    for number in range(count):
        (root / f"{number}").mkdir()
    target = Target(folder, TemporaryNames(REAL), durability)
    before = open_descriptors()

    opened = 0
    for step in write(*((b"%d" % number, b"new") for number in range(count))):
        take(target, step)
        opened = max(opened, open_descriptors() - before)

    assert (target.is_full, target.is_settled) == (True, False)
    assert codes(target.settle()) == dict.fromkeys(range(1, count + 1))
    assert opened <= DIRECTORIES_MAX + FOLDERS_MAX + SINGLE_SYNCS_MAX
    assert target.is_settled


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP], ids=errno.errorcode.get)
def test_a_file_system_that_has_no_sync_of_folders_needs_none(root: Path, number: int):
    run = Run(root, [MakeFolder(1, (b"sub", b"new"))], Durability.BATCH)
    run.system.record.fail["fsync"] = number

    assert run.go().outcomes == {1: None}
