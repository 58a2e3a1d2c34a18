"""The jail: nothing outside an open folder is reached, by any verb, by any name, through any link."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from psync.core.changes import FinishFolder, RenameEntry, SetMode, WriteFile
from psync.core.filters import Filters
from psync.core.manifest import EntryPath, Order, Stamp
from psync.core.paths import temporary_name
from psync.core.problems import ProblemCode
from psync.disk.folder import (
    DEPTH_MAX,
    Folder,
    open_folder,
)
from psync.disk.scan import scan
from tests.disk.contents import pack
from tests.disk.recorded_system import REAL, RecordedSystem
from tests.disk.trees import OLD_NS, contents, look, open_descriptors, plant, stamp
from tests.disk.verbs import DATA, ON_THE_WHOLE, REACHING, VERBS, Verb, apply

SECRET = b"belongs to somebody else"

every_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A tree that must stay as it is, whatever happens in the jail beside it."""
    outside = plant(tmp_path / "outside", {"file": SECRET, "sub/file": SECRET, "empty/empty": None})
    before = look(outside)
    yield outside
    assert look(outside) == before


@pytest.fixture
def inside(tmp_path: Path, outside: Path) -> Path:
    return plant_inside(tmp_path / "inside")


@pytest.fixture
def jail(inside: Path) -> Iterator[Folder]:
    """An open jail, which in the end gives back every descriptor."""
    before = open_descriptors()
    with open_folder(REAL, os.fsencode(inside)) as folder:
        yield folder
    assert open_descriptors() == before


def plant_inside(root: Path) -> Path:
    return plant(root, {"file": b"old", "sub/file": b"old", "sub/sub/file": b"old", "empty": None})


# Names


HOSTILE_NAMES = {
    "empty": b"",
    "the folder itself": b".",
    "the folder above": b"..",
    "a path": b"sub/file",
    "a path upwards": b"../outside",
    "a path upwards and in again": b"sub/../file",
    "an absolute path": b"/etc/passwd",
    "a trailing slash": b"sub/",
    "only a slash": b"/",
    "NUL": b"fi\0le",
    "only NUL": b"\0",
    "too long": b"n" * 256,
    "a temporary": temporary_name(bytes(16)),
}

every_hostile_name = pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())


@every_verb
def test_a_name_that_is_no_name_is_refused_by_every_verb_at_every_depth(
    inside: Path, jail: Folder, verb: Verb
):
    before = look(inside)

    for reason, name in HOSTILE_NAMES.items():
        for path in ((name,), (b"sub", name), (name, b"file"), (b"sub", name, b"f"), (b"sub", b"sub", name)):
            problem = verb(jail, path, None)
            assert problem is not None, reason
            assert (problem.path, problem.code) == (path, ProblemCode.NAME_INVALID), reason

    assert look(inside) == before


@every_hostile_name
def test_an_entry_is_not_renamed_to_a_name_that_is_no_name(inside: Path, jail: Folder, name: bytes):
    before = contents(inside)

    outcome = apply(jail, RenameEntry(1, (b"sub", b"file"), name, stamp(inside / "sub/file")))

    assert outcome.problem is not None
    assert outcome.problem.code is ProblemCode.NAME_INVALID
    assert contents(inside) == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("path", [(), (b"sub",) * (DEPTH_MAX + 1)], ids=["the job's folder", "too deep"])
def test_a_path_without_a_last_name_or_without_an_end_is_refused(jail: Folder, verb: str, path: EntryPath):
    problem = VERBS[verb](jail, path, None)

    if path == () and verb in ON_THE_WHOLE:
        assert problem is None
    else:
        assert problem is not None
        assert problem.code is ProblemCode.NAME_INVALID


GOOD_NAMES = {
    "not UTF-8": b"\xff\xfe",
    "a newline": b"a\nb",
    "a backslash": b"..\\outside",
    "three dots": b"...",
    "the longest": b"n" * 255,
    "a temporary's name but for its end": temporary_name(bytes(16)) + b"x",
    "a temporary's name in capitals": temporary_name(bytes(16)).upper(),
    "a leading dash": b"-rf",
    "a trailing space": b"x ",
}


@pytest.mark.parametrize("name", GOOD_NAMES.values(), ids=GOOD_NAMES.keys())
def test_a_name_that_the_disk_can_hold_is_used_as_it_is(tmp_path: Path, jail: Folder, name: bytes):
    assert VERBS["write a small file"](jail, (name,), None) is None
    assert Path(os.fsdecode(os.fsencode(tmp_path / "inside") + b"/" + name)).read_bytes() == DATA


# Links

LINKS = {
    "absolute": "{outside}",
    "relative": "../outside",
    "relative from below": "../../outside",
    "dangling": "nowhere",
    "to itself": "to itself",
    "upwards": "..",
    "to the folder it stands in": ".",
    "to a folder beside it": "sub",
    "through another link": "/proc/self/cwd",
}


@every_verb
def test_no_verb_goes_through_a_link_at_any_depth(inside: Path, outside: Path, jail: Folder, verb: Verb):
    for reason, aim in LINKS.items():
        for place in ("", "sub", "sub/sub"):
            (inside / place / reason).symlink_to(aim.format(outside=outside))
    before = look(inside)

    for link in map(os.fsencode, LINKS):
        for way in ((link,), (b"sub", link), (b"sub", b"sub", link)):
            for rest in ((b"file",), (b"sub", b"file"), (b"empty",), (b"new",)):
                problem = verb(jail, way + rest, stamp(outside / "file"))
                assert problem is not None, link
                assert problem.code is ProblemCode.LINK_REFUSED, link

    assert look(inside) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_on_a_link_is_refused_or_treats_the_link_itself(
    inside: Path, outside: Path, jail: Folder, verb: str
):
    for aim in (outside, outside / "file", outside / "new", "door"):
        door = inside / "door"
        door.symlink_to(aim)
        before = door.lstat().st_ino

        problem = VERBS[verb](jail, (b"door",), stamp(door))

        if verb in (*REACHING, "delete a folder"):
            assert problem is not None
            assert (problem.code, door.lstat().st_ino) == (ProblemCode.LINK_REFUSED, before)
        else:
            assert (problem, is_link(door, before)) == (None, False)
        for name in ("door", "renamed"):
            remove(inside / name)


def remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        path.rmdir()


def is_link(path: Path, inode: int) -> bool:
    """Whether this very link still stands there."""
    return path.is_symlink() and path.lstat().st_ino == inode


def run_scan(folder: Folder) -> list[EntryPath]:
    return [listing.path for listing in scan(folder, Order(), Filters(), lambda _: True)]


def test_a_scan_does_not_enter_what_a_link_leads_to(inside: Path, outside: Path, jail: Folder):
    (inside / "sub/door").symlink_to(outside)

    assert run_scan(jail) == [(), (b"empty",), (b"sub",), (b"sub", b"sub")]


# Races: at every call in turn, somebody exchanges what stands there for a way out.


def exchange(victim: Path, aim: Path) -> None:
    with suppress(FileNotFoundError):  # the verb has just removed it
        victim.rename(victim.with_name("moved"))
    victim.symlink_to(aim)


def exchange_before_each_call(root: Path, victim: str, aim: Path, verb: Verb) -> int:
    """Try a verb in fresh trees, once for each of its calls; give how many calls it has."""
    for number in range(1000):
        inside = plant_inside(root / f"{number}")
        system = RecordedSystem()
        with open_folder(system, os.fsencode(inside)) as jail:
            calls = len(system.record.calls)
            system.record.before[calls + number] = lambda inside=inside: exchange(inside / victim, aim)
            verb(jail, (b"sub", b"file"), stamp(inside / "sub/file"))
        if calls + number in system.record.before:
            return number
    raise AssertionError("endless")


@every_verb
def test_a_folder_exchanged_for_a_link_at_any_moment_leads_nowhere(tmp_path: Path, outside: Path, verb: Verb):
    assert exchange_before_each_call(tmp_path, "sub", outside, verb) > 1


@every_verb
def test_a_file_exchanged_for_a_link_at_any_moment_leads_nowhere(tmp_path: Path, outside: Path, verb: Verb):
    assert exchange_before_each_call(tmp_path, "sub/file", outside / "file", verb) > 1


def test_a_scan_of_folders_that_are_exchanged_for_links_stays_inside(tmp_path: Path, outside: Path):
    (outside / os.fsdecode(temporary_name(bytes(16)))).touch()
    os.utime(outside, ns=(OLD_NS, OLD_NS))

    def verb(jail: Folder, _path: EntryPath, _stamp: Stamp | None) -> None:
        assert (b"sub", b"empty") not in run_scan(jail)

    assert exchange_before_each_call(tmp_path, "sub", outside, verb) > 1
    assert (outside / os.fsdecode(temporary_name(bytes(16)))).exists()
    (outside / os.fsdecode(temporary_name(bytes(16)))).unlink()
    os.utime(outside, ns=(OLD_NS, OLD_NS))


def test_work_in_a_folder_that_was_moved_away_goes_on_where_it_is_now(
    inside: Path, outside: Path, jail: Folder
):
    jail.directory((b"sub",))
    exchange(inside / "sub", outside)

    assert VERBS["write a small file"](jail, (b"sub", b"new"), None) is None

    assert (inside / "moved/new").read_bytes() == DATA


# What is shared with the outside


@pytest.mark.parametrize(
    "verb", ["write a small file", "write a large file", "make a link", "delete a file", "make a folder"]
)
def test_a_hard_link_to_a_file_outside_is_replaced_and_not_written_through(
    inside: Path, outside: Path, jail: Folder, verb: str
):
    shared = inside / "sub/shared"
    os.link(outside / "file", shared)

    assert VERBS[verb](jail, (b"sub", b"shared"), stamp(shared)) is None

    assert (outside / "file").stat().st_nlink == 1


def test_set_id_bits_are_never_written(inside: Path, jail: Folder):
    (inside / "file").chmod(0o6755)
    (inside / "sub").chmod(0o4755)
    changes = [
        (WriteFile(1, (b"new",), 0o7755, 3), [pack((1, b"abc"))]),
        (SetMode(1, (b"file",), 0o7751, stamp(inside / "file")), []),
        (FinishFolder(1, (b"sub",), 0o7751, OLD_NS), []),
    ]

    for change, content in changes:
        assert apply(jail, change, *content).problem is None

    modes = [stat.S_IMODE((inside / name).stat().st_mode) for name in ("new", "file", "sub")]
    assert modes == [0o1755, 0o1751, 0o1751]


def test_a_folder_keeps_the_set_group_id_bit_that_it_has_for_its_owner(inside: Path, jail: Folder):
    (inside / "sub").chmod(0o2755)

    assert apply(jail, FinishFolder(1, (b"sub",), 0o750, OLD_NS)).problem is None

    assert stat.S_IMODE((inside / "sub").stat().st_mode) == 0o2750
