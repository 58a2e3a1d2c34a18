"""Temporaries: whole, their owner's only, sparse where the source is, and gone when they are given up."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from psync.core.changes import WriteFile
from psync.core.content import Begin, End, PackedFile
from psync.core.paths import is_temporary_name
from psync.core.problems import ProblemCode
from psync.disk.folder import Folder, open_folder
from psync.disk.problems import EntryRefused
from psync.disk.stage import RESERVE_BYTES_MIN, Stage, StagedFile, TemporaryNames
from tests.disk.contents import digest
from tests.disk.recorded_system import REAL, RecordedSystem
from tests.disk.trees import OLD_NS, look, open_descriptors, temporaries

CHANGE = WriteFile(1, (b"sub", b"new"), 0o640, 3)
MIB = 1024 * 1024


@pytest.fixture
def stage(folder: Folder) -> Stage:
    return Stage(folder, TemporaryNames(REAL))


@pytest.fixture
def recorded(root: Path) -> Iterator[tuple[RecordedSystem, Stage]]:
    """A stage whose calls are recorded."""
    system = RecordedSystem()
    before = open_descriptors()
    with open_folder(system, os.fsencode(root)) as folder:
        yield system, Stage(folder, TemporaryNames(system))
    assert open_descriptors() == before


def packed(data: bytes) -> PackedFile:
    return PackedFile(1, len(data), OLD_NS, digest(data))


def stage_large(stage: Stage, pieces: dict[int, bytes], size: int, *, is_sparse: bool = True) -> StagedFile:
    """Stage a file of which all but the pieces are zeros."""
    whole = bytearray(size)
    large = stage.begin(CHANGE, Begin(1, size, is_sparse))
    for offset, data in pieces.items():
        whole[offset : offset + len(data)] = data
        stage.skip_to(large, offset)
        stage.add(large, data)
    return stage.end(large, End(1, size, OLD_NS, digest(bytes(whole))))


# Names


def test_names_of_temporaries_have_their_form_and_never_repeat():
    names = TemporaryNames(REAL)

    taken = [names.take() for _ in range(40_000)]  # more than one random number serves

    assert all(is_temporary_name(name) for name in taken)
    assert len(set(taken)) == 40_000


def test_names_of_two_sessions_never_meet():
    taken = [{names.take() for _ in range(1000)} for names in (TemporaryNames(REAL), TemporaryNames(REAL))]

    assert taken[0].isdisjoint(taken[1])


def test_a_temporary_is_foreign_unless_it_is_in_use_here():
    names, others = TemporaryNames(REAL), TemporaryNames(REAL)
    used, dropped, other = names.take(), names.take(), others.take()
    names.drop(dropped)
    names.drop(dropped)

    assert [names.is_foreign(name) for name in (used, dropped, other)] == [False, True, True]


# Small files


@pytest.mark.parametrize("data", [b"", b"new", bytes(MIB)], ids=["empty", "small", "zeros"])
def test_a_staged_file_is_complete_but_for_its_name(root: Path, stage: Stage, data: bytes):
    staged = stage.write_whole(CHANGE, packed(data), data)

    [name] = temporaries(root)
    assert look(root)[name] == ("-rw-r-----", OLD_NS, data)
    assert (Path(name).parent, staged.size) == (Path("sub"), len(data))
    stage.discard(staged)


def test_a_file_that_is_not_what_was_sent_is_never_begun(root: Path, stage: Stage):
    with pytest.raises(EntryRefused) as refused:
        stage.write_whole(CHANGE, packed(b"new"), b"NEW")

    assert refused.value.code is ProblemCode.VERIFY_FAILED
    assert temporaries(root) == []


def test_a_file_is_its_owners_alone_until_it_is_complete(root: Path, recorded: tuple[RecordedSystem, Stage]):
    system, stage = recorded
    modes: list[str] = []
    system.record.before["fchmod"] = lambda: modes.extend(look(root)[name][0] for name in temporaries(root))

    staged = stage.write_whole(CHANGE, packed(b"new"), b"new")

    assert modes == ["-rw-------"]
    stage.discard(staged)


def test_a_write_that_takes_a_part_is_followed_by_the_rest(
    root: Path, recorded: tuple[RecordedSystem, Stage]
):
    system, stage = recorded
    system.record.write_bytes_max = 3
    data = b"0123456789"

    small = stage.write_whole(CHANGE, packed(data), memoryview(data))
    large = stage_large(stage, {0: data}, 10)

    assert [look(root)[name][2] for name in temporaries(root)] == [data, data]
    stage.discard(small)
    stage.discard(large)


# Large files

SHAPES = {
    "a hole at the start": ({8 * MIB: b"x" * MIB}, 9 * MIB),
    "a hole in the middle": ({0: b"x" * MIB, 8 * MIB: b"y" * MIB}, 9 * MIB),
    "a hole at the end": ({0: b"x" * MIB}, 9 * MIB),
    "nothing but a hole": ({}, 9 * MIB),
}


@pytest.mark.parametrize(("pieces", "size"), SHAPES.values(), ids=SHAPES.keys())
def test_a_sparse_file_stays_sparse(root: Path, stage: Stage, pieces: dict[int, bytes], size: int):
    staged = stage_large(stage, pieces, size)

    [name] = temporaries(root)
    status = (root / name).stat()
    assert (status.st_size, status.st_mtime_ns, stat.S_IMODE(status.st_mode)) == (size, OLD_NS, 0o640)
    assert status.st_blocks * 512 <= sum(map(len, pieces.values())) + 64 * 1024
    stage.discard(staged)


def test_the_space_of_a_large_file_is_reserved_at_its_beginning(root: Path, stage: Stage):
    large = stage.begin(CHANGE, Begin(1, 4 * MIB, is_sparse=False))

    [name] = temporaries(root)
    assert (root / name).stat().st_blocks * 512 >= 4 * MIB
    stage.discard(large)


@pytest.mark.parametrize(
    ("size", "is_sparse", "reserved"),
    [(RESERVE_BYTES_MIN, False, 1), (RESERVE_BYTES_MIN - 1, False, 0), (RESERVE_BYTES_MIN, True, 0)],
    ids=["large", "smaller", "sparse"],
)
def test_only_a_large_file_without_holes_has_its_space_reserved(
    recorded: tuple[RecordedSystem, Stage], size: int, is_sparse: bool, reserved: int
):
    system, stage = recorded

    stage.discard(stage.begin(CHANGE, Begin(1, size, is_sparse)))

    assert len(system.record.called("posix_fallocate")) == reserved


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_disk_that_cannot_reserve_is_written_all_the_same(
    root: Path, recorded: tuple[RecordedSystem, Stage], number: int
):
    system, stage = recorded
    system.record.fail["posix_fallocate"] = number

    staged = stage_large(stage, {0: b"x" * 2 * MIB}, 2 * MIB, is_sparse=False)

    assert (root / temporaries(root)[0]).stat().st_size == 2 * MIB
    stage.discard(staged)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_a_file_that_will_not_fit_is_given_up_at_its_beginning(
    root: Path, recorded: tuple[RecordedSystem, Stage], number: int
):
    system, stage = recorded
    system.record.fail["posix_fallocate"] = number

    with pytest.raises(OSError, match=os.strerror(number)):
        stage.begin(CHANGE, Begin(1, 2 * MIB, is_sparse=False))

    assert temporaries(root) == []


def test_a_file_that_has_become_smaller_than_announced_keeps_nothing_reserved(root: Path, stage: Stage):
    large = stage.begin(CHANGE, Begin(1, 4 * MIB, is_sparse=False))
    stage.add(large, b"new")

    staged = stage.end(large, End(1, 3, OLD_NS, digest(b"new")))

    status = (root / temporaries(root)[0]).stat()
    assert (status.st_size, status.st_blocks * 512 <= 64 * 1024) == (3, True)
    stage.discard(staged)


WRONG_ENDS = {
    "other bytes": End(1, 3, OLD_NS, digest(b"NEW")),
    "fewer bytes": End(1, 2, OLD_NS, digest(b"new")),
    "more bytes": End(1, 4, OLD_NS, digest(b"new")),
    "no bytes": End(1, 0, OLD_NS, digest(b"")),
}


@pytest.mark.parametrize("end", WRONG_ENDS.values(), ids=WRONG_ENDS.keys())
def test_a_large_file_that_is_not_what_was_sent_is_refused(stage: Stage, end: End):
    large = stage.begin(CHANGE, Begin(1, 3, is_sparse=False))
    stage.add(large, b"new")

    with pytest.raises(EntryRefused) as refused:
        stage.end(large, end)

    assert refused.value.code is ProblemCode.VERIFY_FAILED
    stage.discard(large)


def test_pieces_that_overlap_are_refused(stage: Stage):
    large = stage.begin(CHANGE, Begin(1, 6, is_sparse=False))
    stage.add(large, b"new")

    with pytest.raises(EntryRefused) as refused:
        stage.skip_to(large, 2)

    assert refused.value.code is ProblemCode.VERIFY_FAILED
    stage.discard(large)


# Giving up


def test_a_temporary_that_is_given_up_is_gone_with_its_descriptor(root: Path, folder: Folder, stage: Stage):
    folder.directory((b"sub",))
    before = open_descriptors()

    stage.discard(stage.write_whole(CHANGE, packed(b"new"), b"new"))

    assert temporaries(root) == []
    assert open_descriptors() == before


def test_a_temporary_that_somebody_has_removed_is_given_up_all_the_same(root: Path, stage: Stage):
    staged = stage.write_whole(CHANGE, packed(b"new"), b"new")
    (root / temporaries(root)[0]).unlink()

    stage.discard(staged)

    assert stage.names.is_foreign(staged.temporary)


def test_a_temporary_that_cannot_be_removed_is_left_to_the_next_writer(
    root: Path, recorded: tuple[RecordedSystem, Stage]
):
    system, stage = recorded
    system.record.fail = {"unlink": errno.EIO, "close": errno.EIO}
    staged = stage.write_whole(CHANGE, packed(b"new"), b"new")

    stage.discard(staged)

    assert stage.names.is_foreign(staged.temporary)
    assert [os.fsencode(Path(name).name) for name in temporaries(root)] == [staged.temporary]


@pytest.fixture
def upcoming(recorded: tuple[RecordedSystem, Stage]) -> tuple[Stage, bytes]:
    """A stage whose next temporary has a known name."""
    system, stage = recorded
    system.random = bytes(range(16))
    stage.names = TemporaryNames(system)
    return stage, TemporaryNames(system).take()


def test_a_name_that_could_not_be_used_is_nobodys(
    recorded: tuple[RecordedSystem, Stage], upcoming: tuple[Stage, bytes]
):
    stage, name = upcoming
    stage.discard(stage.write_whole(CHANGE, packed(b"new"), b"new"))  # opens the folder
    stage.names = TemporaryNames(recorded[0])
    recorded[0].record.fail["open"] = errno.ENOSPC

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        stage.write_whole(CHANGE, packed(b"new"), b"new")

    assert stage.names.is_foreign(name)


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_what_stands_under_the_name_of_a_temporary_is_not_written_to(
    root: Path, upcoming: tuple[Stage, bytes], kind: str
):
    """Nobody can guess the name. If somebody has, it does not help."""
    stage, name = upcoming
    planted = root / "sub" / os.fsdecode(name)
    if kind == "file":
        planted.write_bytes(b"planted")
    else:
        planted.symlink_to("file" if kind == "link" else "free")
    before = look(root)

    with pytest.raises(FileExistsError):
        stage.write_whole(CHANGE, packed(b"new"), b"new")

    assert look(root) == before
