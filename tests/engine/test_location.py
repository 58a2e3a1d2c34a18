"""Where a folder lies, through whose links it may be reached, and what the operator reads if it may not."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from psync.core.errors import (
    Failure,
    FoldersOverlap,
    FolderUnreachable,
    LinkOnTheWay,
    NotAFolder,
    PathRefused,
    SourceMissing,
    TargetLinkBroken,
    TargetParentMissing,
)
from psync.core.lineage import UNKNOWN_LINEAGE, Lineage
from psync.core.paths import PathStyle, parse_host_path
from psync.core.rootpath import RootPath
from psync.disk.folder import Folder, lineage_of, open_folder
from psync.engine.location import (
    HostLocation,
    LocalLocation,
    Location,
    check_apart,
    locate_on_host,
    open_existing_target,
    open_source,
    open_target,
    sync_way,
)
from psync.real.system import real_system
from psync.system import System
from tests.disk.recorded_system import ROOT, RecordedSystem
from tests.disk.trees import open_descriptors, ordinary_user
from tests.engine.trees import Link, Tree, contents, plant
from tests.expectations import does_not_raise

SYSTEM = real_system()

Open = Callable[[System, Location], Folder | None]

OPENERS: dict[str, Open] = {
    "source": open_source,
    "target": open_target,
    "inspected target": open_existing_target,
}


def local(path: Path, shown: str = "shown") -> LocalLocation:
    return LocalLocation(shown, os.fsencode(path))


def on_host(path: Path | str, root: Path | None = None) -> Location:
    """A client's path, below a RootPath if there is one."""
    confinement = RootPath.parse(str(root), PathStyle.POSIX) if root else None
    return locate_on_host(parse_host_path(str(path), PathStyle.POSIX), confinement, PathStyle.POSIX)


def opened(opener: Open, location: Location) -> int:
    """Open a folder and close it again; give its inode, 0 if there is none."""
    before = open_descriptors()
    folder = opener(SYSTEM, location)
    if folder is None:
        return 0
    inode = os.fstat(folder.root.fd).st_ino
    folder.close()
    assert open_descriptors() == before
    return inode


def refused(opener: Open, location: Location) -> tuple[type[Failure], dict[str, object]]:
    """Give what the operator is told; nothing stays open."""
    before = open_descriptors()
    with pytest.raises(Failure) as raised:
        opener(SYSTEM, location)
    assert open_descriptors() == before
    return type(raised.value), raised.value.fields


# A path of this machine's operator

TREE: Tree = {
    "folder/below/file": b"old",
    "link": Link("folder"),
    "link to a file": Link("folder/below/file"),
    "dangling": Link("nowhere"),
    "loop": Link("loop"),
}

SHOWN = {"path": "shown"}

LOCAL_REFUSALS = {
    "missing": ("new", SourceMissing, None),
    "a missing parent": ("new/below", SourceMissing, TargetParentMissing),
    "a file": ("folder/below/file", NotAFolder, NotAFolder),
    "below a file": ("folder/below/file/new", NotAFolder, NotAFolder),
    "a link to a file": ("link to a file", NotAFolder, NotAFolder),
    "a link to nothing": ("dangling", SourceMissing, TargetLinkBroken),
    "a link to nothing, with a slash": ("dangling/", SourceMissing, TargetLinkBroken),
    "below a link to nothing": ("dangling/new", SourceMissing, TargetParentMissing),
    "a link to itself": ("loop", NotAFolder, NotAFolder),
}


@pytest.mark.parametrize(
    ("path", "as_source", "as_target"), LOCAL_REFUSALS.values(), ids=LOCAL_REFUSALS.keys()
)
def test_a_local_path_is_refused_with_its_reason(
    tmp_path: Path, path: str, as_source: type[Failure], as_target: type[Failure] | None
) -> None:
    location = local(plant(tmp_path / "top", TREE) / path)

    assert refused(open_source, location) == (as_source, SHOWN)
    if as_source is SourceMissing:
        assert opened(open_existing_target, location) == 0
    else:
        assert refused(open_existing_target, location) == (as_source, SHOWN)
    if as_target is not None:
        assert refused(open_target, location) == (as_target, SHOWN)
    assert contents(tmp_path / "top") == {**TREE, "folder": None, "folder/below": None}


def test_a_local_target_is_made_below_its_parent(tmp_path: Path) -> None:
    assert opened(open_target, local(tmp_path / "new")) == (tmp_path / "new").stat().st_ino


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS.keys())
@pytest.mark.parametrize("path", ["link", "link/below", "folder/../link"])
def test_the_operators_own_links_are_followed(tmp_path: Path, opener: Open, path: str) -> None:
    top = plant(tmp_path / "top", TREE)

    assert opened(opener, local(top / path)) == (top / path).stat().st_ino


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS.keys())
def test_a_folder_that_this_account_may_not_read_is_refused_with_the_systems_reason(
    tmp_path: Path, opener: Open
) -> None:
    top = plant(tmp_path / "top", {"closed": None})
    (top / "closed").chmod(0)
    expected = {"path": "shown", "reason": os.strerror(errno.EACCES)}

    with contextlib.chdir(top), ordinary_user(top):
        found = refused(opener, LocalLocation("shown", b"closed"))

    assert found == (FolderUnreachable, expected)


# A client's path at a listener without RootPath


def test_the_folders_of_a_clients_path_are_made(tmp_path: Path) -> None:
    location = on_host(tmp_path / "a" / "b" / "c")

    assert refused(open_source, location)[0] is SourceMissing
    assert opened(open_existing_target, location) == 0
    assert contents(tmp_path) == {}
    assert opened(open_target, location) == (tmp_path / "a/b/c").stat().st_ino


def test_a_clients_path_goes_through_the_operators_links_without_rootpath(tmp_path: Path) -> None:
    top = plant(tmp_path / "top", TREE)

    assert opened(open_target, on_host(top / "link" / "new")) == (top / "folder/new").stat().st_ino


@pytest.mark.parametrize("path", ["dangling", "dangling/new", "dangling/new/new"])
def test_a_clients_path_through_a_link_to_nothing_is_refused(tmp_path: Path, path: str) -> None:
    location = on_host(plant(tmp_path / "top", TREE) / path)

    assert refused(open_target, location) == (TargetLinkBroken, {"path": location.shown})
    assert contents(tmp_path / "top") == {**TREE, "folder": None, "folder/below": None}


def test_a_clients_path_through_a_file_is_refused(tmp_path: Path) -> None:
    path = plant(tmp_path / "top", TREE) / "folder/below/file/new/new"

    assert refused(open_target, on_host(path)) == (NotAFolder, {"path": str(path)})


@pytest.mark.parametrize("folders", [(b"new",), (b"new", b"new/below")], ids=["the last", "one on the way"])
def test_a_folder_that_this_account_may_not_make_is_refused_with_the_systems_reason(
    tmp_path: Path, folders: tuple[bytes, ...]
) -> None:
    top = plant(tmp_path / "top", {})
    top.chmod(0o555)
    expected = {"path": "shown", "reason": os.strerror(errno.EACCES)}

    with contextlib.chdir(top), ordinary_user(top):
        found = refused(open_target, HostLocation("shown", folders))

    assert found == (FolderUnreachable, expected)


def test_folders_on_the_way_that_this_account_may_not_change_are_passed(tmp_path: Path) -> None:
    top = plant(tmp_path / "top", {"way/below": None})
    (top / "way").chmod(0o555)

    with contextlib.chdir(top), ordinary_user(top):
        opened(open_target, HostLocation("shown", (b"way", b"way/below", b"way/below/new")))

    assert (top / "way/below/new").is_dir()


def test_a_path_of_another_system_needs_a_rootpath() -> None:
    windows = parse_host_path(r"C:\Data", PathStyle.WINDOWS)

    with pytest.raises(PathRefused):
        locate_on_host(windows, None, PathStyle.POSIX)


# A client's path below a RootPath


@pytest.mark.parametrize("path", ["/", "/a", "/a/b/c"])
def test_a_confined_target_is_made_below_the_rootpath(tmp_path: Path, path: str) -> None:
    location = on_host(path, tmp_path)

    assert opened(open_target, location) == (tmp_path / path[1:]).stat().st_ino
    assert opened(open_source, location) == opened(open_existing_target, location)


def test_a_confined_folder_that_is_only_read_is_not_made(tmp_path: Path) -> None:
    location = on_host("/a/b", tmp_path)

    assert refused(open_source, location) == (SourceMissing, {"path": "/a/b"})
    assert opened(open_existing_target, location) == 0
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS.keys())
@pytest.mark.parametrize("depth", range(3))
@pytest.mark.parametrize("aim", ["folder", "nowhere", "file"])
def test_no_link_below_a_rootpath_is_followed(tmp_path: Path, opener: Open, depth: int, aim: str) -> None:
    outside = plant(tmp_path / "outside", {"folder/a/b/c": None, "file": b"old"})
    names = ["a", "b", "c"]
    link = "/".join(names[: depth + 1])
    root = plant(tmp_path / "root", {link: Link(str(outside / aim))})
    before = contents(tmp_path)

    assert refused(opener, on_host("/a/b/c", root)) == (LinkOnTheWay, {"path": "/a/b/c"})
    assert contents(tmp_path) == before


@pytest.mark.parametrize("opener", OPENERS.values(), ids=OPENERS.keys())
@pytest.mark.parametrize("path", ["/folder/below/file", "/folder/below/file/new/new"])
def test_a_file_below_a_rootpath_is_told_from_a_link(tmp_path: Path, opener: Open, path: str) -> None:
    root = plant(tmp_path / "root", TREE)

    assert refused(opener, on_host(path, root)) == (NotAFolder, {"path": path})


def test_the_rootpath_itself_may_be_the_operators_link(tmp_path: Path) -> None:
    plant(tmp_path, {"root/a": None, "link": Link("root")})

    assert opened(open_source, on_host("/a", tmp_path / "link")) == (tmp_path / "root/a").stat().st_ino


def test_a_drive_becomes_a_folder_below_the_rootpath(tmp_path: Path) -> None:
    root = RootPath.parse(str(tmp_path), PathStyle.POSIX)
    location = locate_on_host(parse_host_path(r"C:\Data", PathStyle.WINDOWS), root, PathStyle.POSIX)

    opened(open_target, location)

    assert (location.shown, sorted(contents(tmp_path))) == (r"C:\Data", ["C", "C/Data"])


ESCAPES = {
    "missing": "/new/x",
    "a file": "/file",
    "a link": "/link",
    "a name that is too long": "/" + "n" * 250,
}


@pytest.mark.parametrize("path", ESCAPES.values(), ids=ESCAPES.keys())
def test_a_client_is_never_told_where_the_rootpath_lies(tmp_path: Path, path: str) -> None:
    root = plant(tmp_path / "root", {"file": b"", "link": Link(str(tmp_path))})

    _, fields = refused(open_source, on_host(path, root))

    assert fields == {"path": path}


@pytest.mark.parametrize(
    ("locate", "synced"),
    [
        (lambda top: local(top / "a/b/c"), [ROOT]),
        (lambda top: on_host("/a/b/c", top), [ROOT, b"a", b"b"]),
        (lambda top: on_host(top / "a/b/c"), [ROOT, ROOT, ROOT]),
    ],
    ids=["typed", "below a RootPath", "as given"],
)
def test_the_folders_in_which_a_target_may_have_been_made_are_synced_and_none_above_a_rootpath(
    tmp_path: Path, locate: Callable[[Path], Location], synced: list[bytes]
) -> None:
    top = plant(tmp_path / "top", {"a/b/c": None})
    system = RecordedSystem()
    before = open_descriptors()

    sync_way(system, locate(top))

    assert [name for _, name in system.record.called("fsync")][-len(synced) :] == synced
    assert open_descriptors() == before


# Source and target of one machine

OVERLAPS = {
    "the same": ("a", "a"),
    "the target inside": ("a", "a/b"),
    "the source inside": ("a/b", "a"),
    "deep inside": ("a", "a/b/c"),
    "a target that is not there yet": ("a", "a/new"),
    "a target that is not there yet, deeper": ("a", "a/b/new"),
    "a target that is not there yet, with a slash": ("a", "a/new/"),
    "a trailing slash": ("a/", "a"),
    "another spelling": ("a", "./a/../a/b"),
    "the source through a link": ("link", "a"),
    "the target through a link": ("a", "link"),
    "the target inside, through a link": ("a", "link in"),
    "a target that is not there yet, through a link": ("a", "link/new"),
    "a target that is not there yet, below a link inside": ("a", "link in/new"),
    "the root of the machine as target": ("a", "/"),
    "the root of the machine as source": ("/", "a"),
    "the present folder as target": ("a", "."),
    "a target that is not there yet, in the present folder": (".", "new"),
}

APART = {
    "siblings": ("a", "other"),
    "a name that begins alike": ("a", "ab"),
    "a target that is not there yet, beside": ("a", "new"),
    "a target that is not there yet, above the source": ("a/b", "a/new"),
    "a source that is missing": ("missing", "a"),
    "both missing": ("missing", "missing"),
    "a target whose parent is missing": ("a", "missing/new"),
    "a link that lies inside and leads out": ("a", "a/link out"),
}


Locate = Callable[[str], Location]


def typed(path: str) -> Location:
    return LocalLocation("target", os.fsencode(path))


def check(top: Path, source: str, target: str, locate: Locate = typed) -> None:
    """Tell a target where the source lies, as an end tells the other one."""
    tree: Tree = {"a/b/c": None, "ab": None, "other": None, "a/link out": Link("../other")}
    plant(top, {**tree, "link": Link("a"), "link in": Link("a/b")})
    before = open_descriptors()
    try:
        with contextlib.chdir(top):
            check_apart(SYSTEM, locate(target), lineage(source))
    finally:
        assert open_descriptors() == before


def lineage(path: str) -> Lineage:
    """Where a source lies; unknown of one that is missing."""
    try:
        with open_folder(SYSTEM, os.fsencode(path)) as folder:
            return lineage_of(folder)
    except FileNotFoundError:
        return UNKNOWN_LINEAGE


@pytest.mark.parametrize(("source", "target"), OVERLAPS.values(), ids=OVERLAPS.keys())
@pytest.mark.parametrize("is_complete", [False, True], ids=["relative", "complete"])
def test_folders_of_which_one_holds_the_other_are_refused(
    tmp_path: Path, source: str, target: str, is_complete: bool
) -> None:
    prefix = f"{tmp_path}/" if is_complete else ""

    with pytest.raises(FoldersOverlap) as raised:
        check(tmp_path, prefix + source if source != "/" else "/", prefix + target if target != "/" else "/")

    assert raised.value.fields == {"target": "target"}


@pytest.mark.parametrize(("source", "target"), APART.values(), ids=APART.keys())
@pytest.mark.parametrize("is_complete", [False, True], ids=["relative", "complete"])
def test_folders_that_lie_apart_are_accepted(
    tmp_path: Path, source: str, target: str, is_complete: bool
) -> None:
    prefix = f"{tmp_path}/" if is_complete else ""

    with does_not_raise():
        check(tmp_path, prefix + source, prefix + target)


# At a listener, which makes all folders of a path: as given, or below a RootPath.
OVERLAPS_AT_A_LISTENER = {
    "the same": ("a", "/a"),
    "the target inside": ("a", "/a/b"),
    "the source inside": ("a/b", "/a"),
    "not there yet": ("a", "/a/new"),
    "not there yet, deep inside": ("a", "/a/b/new/deeper/still"),
    "not there yet, from the top": (".", "/new/deeper"),
}


@pytest.mark.parametrize(("source", "target"), OVERLAPS_AT_A_LISTENER.values(), ids=OVERLAPS_AT_A_LISTENER)
@pytest.mark.parametrize("is_confined", [False, True], ids=["as given", "below a RootPath"])
def test_a_listeners_folder_is_refused_as_well(
    tmp_path: Path, source: str, target: str, is_confined: bool
) -> None:
    def locate(path: str) -> Location:
        return on_host(path, tmp_path) if is_confined else on_host(f"{tmp_path}{path}")

    with pytest.raises(FoldersOverlap):
        check(tmp_path, source, target, locate)


@pytest.mark.parametrize("target", ["/other", "/new/deeper", "/a/new/deeper", "/missing"])
@pytest.mark.parametrize("is_confined", [False, True], ids=["as given", "below a RootPath"])
def test_a_listeners_folder_that_lies_apart_is_accepted_and_not_made(
    tmp_path: Path, target: str, is_confined: bool
) -> None:
    def locate(path: str) -> Location:
        return on_host(path, tmp_path) if is_confined else on_host(f"{tmp_path}{path}")

    check(tmp_path, "a/b", target, locate)

    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "a/new").exists()
