"""What a scan says of a real folder: all that stands there in canonical order, and what it could not see."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from psync.core.filters import Filters
from psync.core.manifest import TIME_NS_MAX, Entry, EntryPath, Kind, Listing, Order
from psync.core.paths import temporary_name
from psync.core.problems import Problem, ProblemCode
from psync.disk.folder import open_folder
from psync.disk.scan import scan
from tests.disk.recorded_system import REAL, RecordedSystem
from tests.disk.strange_folder import StrangeSystem
from tests.disk.trees import OLD_NS, contents, open_descriptors, ordinary_user, plant

EXACT = Order()
NO_FILTERS = Filters()
STALE, LIVE = temporary_name(bytes(16)), temporary_name(bytes(15) + b"\1")


def listings(
    root: Path,
    order: Order = EXACT,
    filters: Filters = NO_FILTERS,
    is_stale: Callable[[bytes], bool] | None = None,
    system: RecordedSystem | None = None,
) -> list[Listing]:
    before = open_descriptors()
    with open_folder(system or REAL, os.fsencode(root)) as folder:
        found = list(scan(folder, order, filters, is_stale))
    assert open_descriptors() == before
    return found


def names(found: list[Listing]) -> dict[EntryPath, list[bytes]]:
    return {listing.path: [entry.name for entry in listing.entries] for listing in found}


def problems(found: list[Listing]) -> list[tuple[EntryPath, ProblemCode]]:
    return [(problem.path, problem.code) for listing in found for problem in listing.problems]


def test_an_entry_says_what_the_system_says_without_set_id_bits(tmp_path: Path):
    plant(tmp_path, {"file": b"abc"})
    (tmp_path / "file").chmod(0o6754)
    os.utime(tmp_path / "file", ns=(OLD_NS, OLD_NS))

    [listing] = listings(tmp_path)

    status = (tmp_path / "file").stat()
    times = OLD_NS, status.st_ino, status.st_ctime_ns
    assert listing.entries == [Entry(b"file", Kind.FILE, 0o754, 3, *times)]


def test_the_folder_itself_has_its_own_attributes(tmp_path: Path):
    plant(tmp_path, {"sub/x": b""})
    (tmp_path / "sub").chmod(0o1750)

    _, listing = listings(tmp_path)

    folder = listing.folder
    assert (folder.name, folder.kind, folder.mode, folder.size) == (b"sub", Kind.FOLDER, 0o1750, 0)
    assert folder.mtime_ns == (tmp_path / "sub").stat().st_mtime_ns


def test_folders_come_depth_first_before_their_contents_and_in_canonical_order(tmp_path: Path):
    plant(tmp_path, {"b/x/y": b"", "B": b"", "a/z": b"", "a-": None})

    exact, folded = listings(tmp_path), listings(tmp_path, Order(folded=True))

    assert names(exact) == {
        (): [b"B", b"a", b"a-", b"b"],
        (b"a",): [b"z"],
        (b"a-",): [],
        (b"b",): [b"x"],
        (b"b", b"x"): [b"y"],
    }
    assert list(names(exact)) == list(names(folded)) == [(), (b"a",), (b"a-",), (b"b",), (b"b", b"x")]
    assert names(folded)[()] == [b"a", b"a-", b"B", b"b"]


HOSTILE = [
    b"\xff\xfe not UTF-8",
    b"new\nline",
    b"\n",
    b"n" * 255,
    "\u00e9".encode(),
    "e\u0301".encode(),
    b"-rf",
    b" leading and trailing ",
    b"back\\slash",
    b"\x01\x1b[31m",
    b"...",
    b".psync-almost.part",
]


def test_any_name_that_a_file_system_takes_is_listed_byte_for_byte(tmp_path: Path):
    for name in HOSTILE:
        (tmp_path / os.fsdecode(name)).mkdir()

    found = listings(tmp_path)

    assert names(found) == {(): sorted(HOSTILE)} | {(name,): [] for name in sorted(HOSTILE)}


def test_links_are_listed_with_their_targets_and_never_followed(tmp_path: Path):
    outside = plant(tmp_path / "outside", {"secret": b""})
    root = plant(tmp_path / "root", {})
    targets = {b"absolute": os.fsencode(outside), b"dangling": b"\xff", b"loop": b"loop", b"up": b".."}
    for name, target in targets.items():
        os.symlink(target, root / os.fsdecode(name))

    [listing] = listings(root)

    assert {entry.name: entry.link_target for entry in listing.entries} == targets
    assert {(entry.kind, entry.size) for entry in listing.entries} == {(Kind.LINK, 0)}


def test_special_files_are_listed_as_such(tmp_path: Path):
    os.mkfifo(tmp_path / "fifo")
    os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)

    [listing] = listings(tmp_path)

    assert [(entry.name, entry.kind) for entry in listing.entries] == [
        (b"fifo", Kind.SPECIAL),
        (b"socket", Kind.SPECIAL),
    ]


def test_the_change_time_of_a_file_with_several_names_is_not_compared(tmp_path: Path):
    plant(tmp_path, {"one": b"x", "sub": None})
    os.link(tmp_path / "one", tmp_path / "two")

    [listing, _] = listings(tmp_path)

    assert [entry.name for entry in listing.entries if not entry.ctime_ns] == [b"one", b"two"]


def test_a_time_that_cannot_travel_is_bounded(tmp_path: Path):
    plant(tmp_path, {"x": b""})
    system = StrangeSystem()
    system.fields = {"x": {"st_mtime_ns": 2**70}}

    [listing] = listings(tmp_path, system=system)

    assert listing.entries[0].mtime_ns == TIME_NS_MAX


def test_the_order_in_which_the_disk_gives_names_does_not_show(tmp_path: Path):
    plant(tmp_path, {"a/x": b"", "b/x": b"", "c": b""})

    assert listings(tmp_path, system=StrangeSystem()) == listings(tmp_path)


# What cannot be seen


def test_an_entry_that_vanishes_is_simply_not_there(tmp_path: Path):
    plant(tmp_path, {"a": b"", "b": b"", "c": b""})
    os.symlink(b"to", tmp_path / "d")
    system = StrangeSystem()
    system.before = {"b": (tmp_path / "b").unlink, "c": (tmp_path / "c").unlink}
    system.record.before["readlink"] = (tmp_path / "d").unlink

    [listing] = listings(tmp_path, system=system)

    assert ([entry.name for entry in listing.entries], listing.problems) == ([b"a"], [])


def test_an_entry_that_cannot_be_looked_at_is_known_by_name_and_reported(tmp_path: Path):
    plant(tmp_path, {"a": b"", "b": b""})
    system = StrangeSystem()
    system.errors = {"b": errno.EIO}

    [listing] = listings(tmp_path, system=system)

    assert listing.entries[1] == Entry(b"b", Kind.UNREADABLE)
    assert listing.problems == [Problem((b"b",), ProblemCode.IO_ERROR, "Input/output error")]
    assert listing.complete


def test_a_folder_whose_listing_breaks_off_gives_what_came_before_in_order(tmp_path: Path):
    plant(tmp_path, {"a": b"", "b/x": b"", "c/x": b"", "d": b""})
    system = StrangeSystem()
    system.broken_after = 3
    system.errors = {"d": errno.EIO}

    found = listings(tmp_path, system=system)

    assert names(found) == {(): [b"b", b"c", b"d"], (b"b",): [b"x"], (b"c",): [b"x"]}
    assert [listing.complete for listing in found] == [False, True, True]
    assert problems(found) == [((b"d",), ProblemCode.IO_ERROR), ((), ProblemCode.IO_ERROR)]


def test_a_folder_that_may_not_be_read_has_the_attributes_that_its_parent_gave(tmp_path: Path):
    root = plant(tmp_path / "root", {"closed/x": b"", "open/x": b""})
    (root / "closed").chmod(0o311)

    with open_folder(REAL, os.fsencode(root)) as folder, ordinary_user(root):
        _, closed, opened = scan(folder, EXACT, NO_FILTERS)

    assert (closed.folder.kind, closed.folder.mode, closed.folder.mtime_ns) == (Kind.FOLDER, 0o311, OLD_NS)
    assert (closed.entries, closed.complete) == ([], False)
    assert [(problem.path, problem.code) for problem in closed.problems] == [
        ((b"closed",), ProblemCode.PERMISSION)
    ]
    assert names([opened]) == {(b"open",): [b"x"]}


def test_a_folder_that_is_exchanged_for_a_link_before_it_is_listed_is_not_followed(tmp_path: Path):
    outside = plant(tmp_path / "outside", {"secret": b""})
    root = plant(tmp_path / "root", {"a/x": b""})

    with open_folder(REAL, os.fsencode(root)) as folder:
        scanning = scan(folder, EXACT, NO_FILTERS)
        next(scanning)
        (root / "a").rename(tmp_path / "moved")
        (root / "a").symlink_to(outside)
        [listing] = scanning

    assert (listing.entries, listing.complete) == ([], False)
    assert problems([listing]) == [((b"a",), ProblemCode.LINK_REFUSED)]


def test_a_folder_that_vanishes_before_it_is_listed_is_incomplete(tmp_path: Path):
    plant(tmp_path, {"a": None})

    with open_folder(REAL, os.fsencode(tmp_path)) as folder:
        scanning = scan(folder, EXACT, NO_FILTERS)
        next(scanning)
        (tmp_path / "a").rmdir()
        [listing] = scanning

    assert (listing.complete, problems([listing])) == (False, [((b"a",), ProblemCode.NOT_FOUND)])


def test_a_job_folder_of_which_nothing_is_known_is_incomplete(tmp_path: Path):
    system = RecordedSystem()
    system.record.fail["fstat"] = errno.EIO

    assert listings(tmp_path, system=system) == [
        Listing(
            (),
            Entry(b"", Kind.UNREADABLE),
            [],
            [Problem((), ProblemCode.IO_ERROR, "Input/output error")],
            complete=False,
        )
    ]


# Filters


def test_what_is_left_out_is_not_listed_and_nothing_inside_it_is_looked_at(tmp_path: Path):
    plant(tmp_path, {"a/x.tmp": b"", "a/y": b"", "cache/z": b"", "b/cache": b""})

    found = listings(tmp_path, filters=Filters(("*.tmp", "cache/")))

    assert names(found) == {(): [b"a", b"b"], (b"a",): [b"y"], (b"b",): [b"cache"]}


def test_nothing_is_said_of_an_entry_that_is_left_out(tmp_path: Path):
    plant(tmp_path, {"x": b""})
    system = StrangeSystem()
    system.errors = {"x": errno.EIO}

    [listing] = listings(tmp_path, filters=Filters(("x",)), system=system)

    assert (listing.entries, listing.problems) == ([], [])


# Temporaries


def test_temporaries_never_appear_and_are_left_alone_without_the_right_to_write(tmp_path: Path):
    plant(tmp_path, {os.fsdecode(STALE): b"", "sub/" + os.fsdecode(LIVE): b"", "x": b""})
    before = contents(tmp_path)

    found = listings(tmp_path)

    assert names(found) == {(): [b"sub", b"x"], (b"sub",): []}
    assert contents(tmp_path) == before


def test_stale_temporaries_are_removed_and_those_of_this_session_kept(tmp_path: Path):
    plant(tmp_path, {f"sub/{os.fsdecode(name)}": b"" for name in (STALE, LIVE)})

    found = listings(tmp_path, is_stale=lambda name: name == STALE)

    assert (names(found)[(b"sub",)], problems(found)) == ([], [])
    assert os.listdir(tmp_path / "sub") == [os.fsdecode(LIVE)]


def test_a_folder_has_the_time_that_the_removal_of_a_temporary_gives_it(tmp_path: Path):
    """With the time from before, a folder that is no longer like the source would be taken for equal."""
    plant(tmp_path, {f"sub/{os.fsdecode(STALE)}": b""})
    os.utime(tmp_path / "sub", ns=(0, 0))

    _, listing = listings(tmp_path, is_stale=lambda name: True)

    assert listing.folder.mtime_ns == (tmp_path / "sub").stat().st_mtime_ns != 0


def test_a_stale_temporary_in_a_folder_that_its_owner_may_not_write_to_is_removed(tmp_path: Path):
    """It stands there when a power cut has taken back that the folder was opened for the dead session's work."""
    plant(tmp_path, {f"sub/{os.fsdecode(STALE)}": b""})
    (tmp_path / "sub").chmod(0o555)

    with open_folder(REAL, os.fsencode(tmp_path)) as folder, ordinary_user(tmp_path):
        found = list(scan(folder, Order(), Filters(), lambda name: True))

    assert (names(found)[(b"sub",)], problems(found)) == ([], [])
    assert os.listdir(tmp_path / "sub") == []
    assert found[1].folder.mode == stat.S_IMODE((tmp_path / "sub").stat().st_mode) == 0o555


def test_a_stale_temporary_in_a_folder_of_another_user_stays_and_is_told(tmp_path: Path):
    plant(tmp_path, {f"sub/{os.fsdecode(STALE)}": b""})
    (tmp_path / "sub").chmod(0o555)

    tmp_path.chmod(0o755)

    with open_folder(REAL, os.fsencode(tmp_path)) as folder, ordinary_user():
        found = list(scan(folder, Order(), Filters(), lambda name: True))

    assert problems(found) == [((b"sub", STALE), ProblemCode.PERMISSION)]
    assert os.listdir(tmp_path / "sub") == [os.fsdecode(STALE)]


REMOVALS = {
    "gone already": (errno.ENOENT, []),
    "a read-only disk": (errno.EROFS, [((STALE,), ProblemCode.READ_ONLY_DISK)]),
    "no permission": (errno.EACCES, [((STALE,), ProblemCode.PERMISSION)]),
}


@pytest.mark.parametrize(("error", "expected"), REMOVALS.values(), ids=REMOVALS.keys())
def test_a_temporary_that_cannot_be_removed_spoils_no_listing(
    tmp_path: Path, error: int, expected: list[tuple[EntryPath, ProblemCode]]
):
    plant(tmp_path, {os.fsdecode(STALE): b"", "x": b""})
    system = RecordedSystem()
    system.record.fail["unlink"] = error

    [listing] = listings(tmp_path, is_stale=lambda name: True, system=system)

    assert (names([listing]), listing.complete) == ({(): [b"x"]}, True)
    assert problems([listing]) == expected
