"""Reading sources: whole and unchanged, or not handed over as complete."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3

from psync.core.content import (
    PACK_BYTES_MIN,
    PACK_FILES_MAX,
    PIECE_BYTES_MAX,
    SMALL_BYTES_MAX,
    Begin,
    Content,
    ContentHeader,
    End,
    Pack,
    PackedFile,
    Piece,
    Request,
    Unsupplied,
)
from psync.core.manifest import TIME_NS_MAX
from psync.core.problems import Problem, ProblemCode
from psync.disk.folder import Folder, open_folder
from psync.disk.reader import HOLE_STEP_BYTES, Reader, hash_zeros
from tests.disk.contents import digest, joined
from tests.disk.recorded_system import RecordedSystem
from tests.disk.trees import OLD_NS, open_descriptors, ordinary_user, plant

KIB = 1024
MIB = 1024 * 1024
GIB = 1024 * 1024 * 1024


def read(folder: Folder, *names: str) -> tuple[list[Content], list[str]]:
    """Read files by name, ids from 1; give copies of the contents, and the files that changed."""
    requests = [Request(id, (name.encode(),)) for id, name in enumerate(names, start=1)]
    changed: list[Request] = []
    found = [
        Content(content.header, [bytes(buffer) for buffer in content.buffers])
        for content in Reader(folder).read(requests, changed)
    ]
    return found, [request.path[0].decode() for request in changed]


def headers(contents: list[Content]) -> list[ContentHeader]:
    return [content.header for content in contents]


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    os.utime(path, ns=(OLD_NS, OLD_NS))


def pieces(contents: list[Content]) -> list[tuple[int, bytes]]:
    return [
        (content.header.offset, joined(content.buffers))
        for content in contents
        if isinstance(content.header, Piece)
    ]


# Small files


def test_small_files_travel_together_with_their_times_and_digests(root: Path, folder: Folder):
    write(root / "empty file", b"")
    write(root / "file", b"new")

    contents, changed = read(folder, "file", "empty file")

    packed = [PackedFile(1, 3, OLD_NS, digest(b"new")), PackedFile(2, 0, OLD_NS, digest(b""))]
    assert (headers(contents), contents[0].buffers, changed) == ([Pack(packed)], [b"new", b""], [])


def test_a_pack_is_bounded_in_files(root: Path, folder: Folder):
    count = PACK_FILES_MAX + 1
    names = [f"{number}" for number in range(count)]
    for name in names:
        (root / name).write_bytes(b"")

    contents, _ = read(folder, *names)

    assert [len(header.files) for header in headers(contents) if isinstance(header, Pack)] == [1024, 1]


def test_a_pack_is_bounded_in_bytes(root: Path, folder: Folder):
    names = [f"{number}" for number in range(7)]
    for name in names:
        (root / name).write_bytes(b"x" * SMALL_BYTES_MAX)

    contents, _ = read(folder, *names)

    sizes = [sum(map(len, content.buffers)) for content in contents]
    assert sizes == [PACK_BYTES_MIN] * 3 + [SMALL_BYTES_MAX]


def test_nothing_is_read_for_nothing(folder: Folder):
    assert read(folder) == ([], [])


# Large files


@pytest.mark.parametrize("size", [SMALL_BYTES_MAX + 1, PIECE_BYTES_MAX, PIECE_BYTES_MAX + 1, 2 * MIB])
def test_a_large_file_travels_in_pieces(root: Path, folder: Folder, size: int):
    data = os.urandom(size)
    write(root / "file", data)

    contents, changed = read(folder, "file")

    starts = range(0, size, PIECE_BYTES_MAX)
    assert headers(contents)[0] == Begin(1, size, is_sparse=False)
    assert pieces(contents) == [(start, data[start : start + PIECE_BYTES_MAX]) for start in starts]
    assert headers(contents)[-1] == End(1, size, OLD_NS, digest(data))
    assert changed == []


def test_the_largest_small_file_travels_whole(root: Path, folder: Folder):
    (root / "file").write_bytes(b"x" * SMALL_BYTES_MAX)

    assert [type(header) for header in headers(read(folder, "file")[0])] == [Pack]


SHAPES = {
    "a hole at the start": ({MIB: b"a" * MIB}, 2 * MIB),
    "a hole in the middle": ({0: b"a" * MIB, 3 * MIB: b"b" * MIB}, 4 * MIB),
    "a hole at the end": ({0: b"a" * MIB}, 3 * MIB),
    "holes everywhere": ({MIB: b"a" * MIB, 3 * MIB: b"b" * MIB}, 5 * MIB),
    "nothing but a hole": ({}, MIB),
    "a small file of nothing but a hole": ({}, 64 * KIB),
    "an odd end in a hole": ({0: b"a" * MIB}, 2 * MIB + 1),
    "an odd end in data": ({MIB: b"a" * 1001}, MIB + 1001),
}


@pytest.fixture
def sparse(root: Path, request: pytest.FixtureRequest) -> tuple[dict[int, bytes], bytes]:
    """A sparse file: its stretches of data, and all of its bytes."""
    stretches, size = request.param
    data = bytearray(size)
    with (root / "file").open("wb") as file:
        file.truncate(size)
        for offset, part in stretches.items():
            os.pwrite(file.fileno(), part, offset)
            data[offset : offset + len(part)] = part
        os.fsync(file.fileno())
    os.utime(root / "file", ns=(OLD_NS, OLD_NS))
    return stretches, bytes(data)


every_shape = pytest.mark.parametrize("sparse", SHAPES.values(), ids=SHAPES.keys(), indirect=True)


@every_shape
def test_holes_are_not_sent(folder: Folder, sparse: tuple[dict[int, bytes], bytes]):
    stretches, data = sparse

    contents, changed = read(folder, "file")

    assert headers(contents)[0] == Begin(1, len(data), is_sparse=True)
    assert {start for start, _ in pieces(contents)} >= set(stretches)
    assert sum(len(part) for _, part in pieces(contents)) <= sum(map(len, stretches.values())) + 64 * KIB
    assert headers(contents)[-1] == End(1, len(data), OLD_NS, digest(data))
    assert changed == []


@every_shape
def test_what_is_sent_of_a_sparse_file_makes_it_again(folder: Folder, sparse: tuple[dict[int, bytes], bytes]):
    _, data = sparse
    made = bytearray(len(data))

    for start, part in pieces(read(folder, "file")[0]):
        made[start : start + len(part)] = part

    assert bytes(made) == data


@every_shape
def test_a_disk_that_does_not_tell_its_holes_is_read_as_data(
    root: Path, sparse: tuple[dict[int, bytes], bytes]
):
    _, data = sparse
    system = RecordedSystem()
    system.record.fail["lseek"] = errno.EINVAL

    with open_folder(system, os.fsencode(root)) as folder:
        contents, _ = read(folder, "file")

    assert joined([part for content in contents for part in content.buffers]) == data
    last = headers(contents)[-1]
    digests = [file.digest for file in last.files] if isinstance(last, Pack) else [last.digest]
    assert digests == [digest(data)]
    assert isinstance(last, Pack) == (len(data) <= SMALL_BYTES_MAX)


@pytest.mark.parametrize("size", [3, MIB], ids=["small", "large"])
def test_a_time_that_cannot_travel_is_bounded(root: Path, size: int):
    write(root / "file", b"x" * size)
    system = RecordedSystem()
    system.record.fields[b"file"] = {"st_mtime_ns": 2**70}

    with open_folder(system, os.fsencode(root)) as folder:
        *_, last = headers(read(folder, "file")[0])

    assert (last.files[0] if isinstance(last, Pack) else last).mtime_ns == TIME_NS_MAX


@pytest.mark.parametrize("size", [5 * KIB, SMALL_BYTES_MAX])
def test_a_small_file_that_a_volume_has_compressed_travels_whole(root: Path, size: int):
    data = b"x" * size
    write(root / "file", data)
    system = RecordedSystem()
    system.record.fields[b"file"] = {"st_blocks": 1}

    with open_folder(system, os.fsencode(root)) as folder:
        contents, changed = read(folder, "file")

    assert headers(contents) == [Pack([PackedFile(1, size, OLD_NS, digest(data))])]
    assert (joined(contents[0].buffers), changed) == (data, [])


def test_the_holes_of_a_file_beyond_4_gib_take_pieces_without_bytes(root: Path, folder: Folder):
    size = 4 * GIB + 3
    with (root / "file").open("wb") as file:
        file.truncate(size)
        os.pwrite(file.fileno(), b"end", size - 3)

    requests = [Request(1, (b"file",))]
    offsets = []
    for content in Reader(folder).read(requests, []):
        if isinstance(content.header, Piece):
            offsets.append((content.header.offset, joined(content.buffers)[-3:]))
        if len(offsets) == 2:
            break

    assert offsets == [(HOLE_STEP_BYTES * step, b"") for step in (1, 2)]


@pytest.mark.parametrize("length", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 7])
def test_a_hole_is_hashed_as_its_zeros(length: int):
    hasher = blake3(b"before")
    hash_zeros(hasher, length)

    assert hasher.digest() == digest(b"before" + bytes(length))


# Changes meanwhile


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def empty(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"other")


def touch(path: Path) -> None:
    os.utime(path, ns=(OLD_NS, OLD_NS + 1))


def make_executable(path: Path) -> None:
    path.chmod(0o755)


EVENTS = (shrink, grow, empty, overwrite, touch, make_executable)
SIZES = {"small": 1000, "large": 2 * MIB}


class Source:
    """A file of some kind beside an undisturbed one, read while something happens to it."""

    def __init__(self, root: Path, size: int) -> None:
        self.root = root
        self.victim = root / "victim"
        self.victim.write_bytes(b"x" * size)
        self.system = RecordedSystem()

    def read(self, call: str, event: Callable[[Path], None]) -> tuple[list[ContentHeader], list[str]]:
        """Read with an event before the first call of a name."""
        self.system.record.before[call] = lambda: event(self.victim)
        with open_folder(self.system, os.fsencode(self.root)) as folder:
            contents, changed = read(folder, "victim", "file")
        assert call not in self.system.record.before, "the event has not happened"
        return headers(contents), changed


def completed(found: list[ContentHeader]) -> list[int]:
    """The files that a target could commit."""
    ids = []
    for header in found:
        if isinstance(header, Pack):
            ids += [file.id for file in header.files]
        elif isinstance(header, End):
            ids.append(header.id)
    return ids


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("call", ["pread", "preadv"])
def test_a_file_that_changes_while_it_is_read_is_not_completed(
    root: Path, call: str, event: Callable[[Path], None]
):
    source = Source(root, SIZES["small" if call == "pread" else "large"])

    found, changed = source.read(call, event)

    assert (changed, completed(found)) == (["victim"], [2])
    assert not any(isinstance(header, Unsupplied) for header in found)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("call", ["lseek", "preadv"])
def test_a_sparse_file_that_changes_while_it_is_read_is_not_completed(
    root: Path, call: str, event: Callable[[Path], None]
):
    source = Source(root, 0)
    with source.victim.open("wb") as file:
        file.truncate(4 * MIB)
        os.pwrite(file.fileno(), b"x" * MIB, MIB)
        os.fsync(file.fileno())

    found, changed = source.read(call, event)

    assert (changed, completed(found)) == (["victim"], [2])


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.with_name("replacement").write_bytes(b"other")
    path.with_name("replacement").rename(path)


@pytest.mark.parametrize("event", [remove, replace])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_file_replaced_while_it_is_read_is_whole_or_read_again(
    root: Path, event: Callable[[Path], None], size: int
):
    """The open file stays whole; its change time moves with its number of names."""
    found, changed = Source(root, size).read("pread" if size < MIB else "preadv", event)

    assert (changed, completed(found)) == (["victim"], [2])


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_a_read_that_gives_less_than_there_was_completes_nothing(root: Path, size: int):
    write(root / "victim", b"x" * size)
    system = RecordedSystem()
    system.record.read_bytes_max = 400

    with open_folder(system, os.fsencode(root)) as folder:
        contents, changed = read(folder, "victim", "file")

    assert (completed(headers(contents)), changed) == ([2], ["victim"])


# What cannot be read


def unsupplied(folder: Folder, *names: str) -> list[tuple[int, ProblemCode]]:
    found = headers(read(folder, *names)[0])
    return [(header.id, header.problem.code) for header in found if isinstance(header, Unsupplied)]


def test_what_is_no_file_is_refused_without_waiting_for_it(root: Path, folder: Folder):
    os.mkfifo(root / "fifo")
    (root / "link").symlink_to("file")
    (root / "device").symlink_to("/dev/zero")

    assert unsupplied(folder, "fifo", "link", "device", "sub", "gone", "file") == [
        (1, ProblemCode.SPECIAL_FILE),
        (2, ProblemCode.LINK_REFUSED),
        (3, ProblemCode.LINK_REFUSED),
        (4, ProblemCode.SPECIAL_FILE),
        (5, ProblemCode.NOT_FOUND),
    ]


def test_a_file_in_the_place_of_a_folder_is_refused(root: Path, folder: Folder):
    requests = [Request(1, (b"file", b"file"))]

    [content] = Reader(folder).read(requests, [])

    assert content.header == Unsupplied(1, Problem((b"file", b"file"), ProblemCode.LINK_REFUSED))


def test_an_unreadable_file_does_not_keep_others_from_being_read(root: Path, folder: Folder):
    (root / "secret").write_bytes(b"x")
    (root / "secret").chmod(0)

    with ordinary_user(root):
        contents, changed = read(folder, "secret", "file")

    problem = Problem((b"secret",), ProblemCode.PERMISSION)
    assert headers(contents)[0] == Unsupplied(1, problem)
    assert (completed(headers(contents)), changed) == ([2], [])


# Faults


def read_with_fault(root: Path, number: int) -> tuple[list[ContentHeader], bool]:
    """Let one call fail; give what was read, and whether there was such a call."""
    system = RecordedSystem()
    before = open_descriptors()
    with open_folder(system, os.fsencode(root)) as folder:
        failing = len(system.record.calls) + number
        system.record.fail[failing] = errno.EIO
        contents, changed = read(folder, "small", "large", "sparse")
    assert (open_descriptors(), changed) == (before, [])
    return headers(contents), failing < len(system.record.calls)


def test_whatever_call_fails_every_file_is_completed_or_unsupplied_and_none_stays_open(root: Path):
    plant(root, {"small": b"x", "large": b"x" * MIB})
    with (root / "sparse").open("wb") as file:
        file.truncate(MIB)

    for number in range(1000):
        found, is_fault = read_with_fault(root, number)
        ended = completed(found) + [header.id for header in found if isinstance(header, Unsupplied)]
        assert sorted(ended) == [1, 2, 3], number
        if not is_fault:
            break

    assert number > 10
