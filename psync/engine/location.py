"""Where the folder of one end lies on this machine, and how it is opened.

`shown` is the path as the operator asked for it. Messages show it, and never the
actual path, which would tell a client how a listener's disk is laid out.
"""

import errno
from collections.abc import Generator
from contextlib import ExitStack, closing, suppress
from typing import Protocol

from msgspec import Struct

from psync.core.errors import (
    Failure,
    FoldersOverlap,
    FolderUnreachable,
    LinkOnTheWay,
    NotAFolder,
    SourceMissing,
    TargetLinkBroken,
    TargetParentMissing,
)
from psync.core.lineage import Lineage
from psync.core.manifest import EntryPath
from psync.core.paths import HostPath, PathStyle, decode_name, encode_name, folders_of, parse_host_path
from psync.core.problems import ProblemCode
from psync.core.rootpath import RootPath, map_unconfined
from psync.disk.folder import (
    Folder,
    lineage_of,
    make_folder,
    make_folders,
    open_below,
    open_folder,
    sync_folder,
)
from psync.disk.problems import EntryRefused
from psync.system import System


class Location(Protocol):
    """A folder that may be opened as it is, or made when it is a target."""

    @property
    def shown(self) -> str: ...
    @property
    def links(self) -> tuple[bytes, ...]:
        """The paths at which a link of the operator's own is followed."""
        ...

    def open(self, system: System, *, create: bool) -> Folder:
        """Open the folder; raise `OSError` or `EntryRefused`."""
        ...

    def open_above(self, system: System) -> Folder:
        """Open the last folder on the way that exists, below which `open` would make the rest."""
        ...

    def makes_in(self, system: System) -> Generator[Folder]:
        """Open, one after another, the folders in which `open` may make the next one."""
        ...


class LocalLocation(Struct, frozen=True):
    """A path that the operator of this machine typed; only its last folder is made."""

    shown: str
    path: bytes

    @property
    def links(self) -> tuple[bytes, ...]:
        """The last name; the folders above are not made."""
        return (self.path.rstrip(b"/"),)

    def open(self, system: System, *, create: bool) -> Folder:
        """Open the path through the operator's own links."""
        if create:
            make_folder(system, self.path)
        return open_folder(system, self.path)

    def open_above(self, system: System) -> Folder:
        """Open the parent: only the last folder would be made."""
        if system.path_style is PathStyle.WINDOWS:
            path = parse_host_path(decode_name(self.path, PathStyle.WINDOWS), PathStyle.WINDOWS)
            return open_folder(system, folders_of(path)[-2:][0])
        parent, slash, _ = self.path.rstrip(b"/").rpartition(b"/")
        return open_folder(system, parent or slash or b".")

    def makes_in(self, system: System) -> Generator[Folder]:
        """Open the parent."""
        yield self.open_above(system)


class HostLocation(Struct, frozen=True):
    """A path that a client asked for at a listener without RootPath; its folders are made."""

    shown: str
    folders: tuple[bytes, ...]

    @property
    def links(self) -> tuple[bytes, ...]:
        """Every folder of the way."""
        return self.folders

    def open(self, system: System, *, create: bool) -> Folder:
        """Open the path; links on the way are the operator's own."""
        if create:
            make_folders(system, self.folders)
        return open_folder(system, self.folders[-1])

    def open_above(self, system: System) -> Folder:
        """Open the deepest folder of the path that is there."""
        for path in self.folders[-2::-1]:
            with suppress(FileNotFoundError):
                return open_folder(system, path)
        raise FileNotFoundError(errno.ENOENT, self.shown)

    def makes_in(self, system: System) -> Generator[Folder]:
        """Open each folder of the path but the last."""
        for path in self.folders[:-1]:
            with suppress(PermissionError):
                yield open_folder(system, path)


class ConfinedLocation(Struct, frozen=True):
    """A folder below a listener's RootPath, walked without following any link."""

    shown: str
    root: bytes
    below: EntryPath

    @property
    def links(self) -> tuple[bytes, ...]:
        """None is followed."""
        return ()

    def open(self, system: System, *, create: bool) -> Folder:
        """Walk from the RootPath down, making what is missing."""
        with open_folder(system, self.root) as root:
            return open_below(root, self.below, create=create)

    def open_above(self, system: System) -> Folder:
        """Open the deepest folder on the walk that is there, at the latest the RootPath."""
        with open_folder(system, self.root) as root:
            for length in range(len(self.below) - 1, 0, -1):
                with suppress(FileNotFoundError):
                    return open_below(root, self.below[:length], create=False)
            return open_below(root, (), create=False)

    def makes_in(self, system: System) -> Generator[Folder]:
        """Open the RootPath and each folder of the walk but the last; what lies above is not ours to open."""
        with open_folder(system, self.root) as root:
            for length in range(len(self.below)):
                yield open_below(root, self.below[:length], create=False)


def locate_here(path: str, system: System) -> LocalLocation:
    """Take a path as the operator typed it; on Windows, raise `PathRefused` for one that is not complete."""
    if system.path_style is PathStyle.WINDOWS:
        complete = parse_host_path(path, PathStyle.WINDOWS)
        return LocalLocation(path, encode_name(str(complete), PathStyle.WINDOWS))
    return LocalLocation(path, system.os.fsencode(path))


def locate_on_host(path: HostPath, root: RootPath | None, style: PathStyle) -> Location:
    """Apply RootPath, once a job, to the path that a client asked for; raise `PathRefused`."""
    shown = str(path)
    if root is None:
        actual = map_unconfined(path, style)
        return HostLocation(shown, folders_of(actual))
    actual = root.map(path)
    below = actual.components[len(root.folder.components) :]
    return ConfinedLocation(
        shown, encode_name(str(root.folder), style), tuple(encode_name(name, style) for name in below)
    )


def open_source(system: System, location: Location) -> Folder:
    """Open a folder that must exist; raise the `Failure` that says what is wrong."""
    try:
        return location.open(system, create=False)
    except (OSError, EntryRefused) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOENT:
            raise SourceMissing(path=location.shown) from error
        raise unreachable(location, error) from error


def open_target(system: System, location: Location) -> Folder:
    """Open a folder, made if it is missing; raise the `Failure` that says what is wrong."""
    try:
        return location.open(system, create=True)
    except (OSError, EntryRefused) as error:
        if any(_is_link_to_nothing(system, path) for path in location.links):
            raise TargetLinkBroken(path=location.shown) from error
        if isinstance(error, OSError) and error.errno == errno.ENOENT:
            raise TargetParentMissing(path=location.shown) from error
        raise unreachable(location, error) from error


def _is_link_to_nothing(system: System, path: bytes) -> bool:
    """Whether something is at `path`, and nothing where it leads."""
    try:
        system.os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    try:
        system.os.stat(path)
    except OSError as error:
        return error.errno == errno.ENOENT
    return False


def open_existing_target(system: System, location: Location) -> Folder | None:
    """Open a target without making it; None if it does not exist."""
    try:
        return location.open(system, create=False)
    except (OSError, EntryRefused) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOENT:
            return None
        raise unreachable(location, error) from error


def sync_way(system: System, location: Location) -> None:
    """Sync the names of the folders that lead to a target, where this account may read them.

    Whoever has made one of them, a run that died perhaps, may not have synced it: a power cut would
    take it away with all that was acknowledged below.
    """
    with suppress(PermissionError), closing(location.makes_in(system)) as way:
        for above in way:
            with above:
                sync_folder(system.os, above.root.fd)


def check_apart(system: System, target: Location, source: Lineage) -> None:
    """Do what `open_apart` does, and leave nothing open."""
    folder = open_apart(system, target, source)
    if folder is not None:
        folder.close()


def open_apart(system: System, target: Location, source: Lineage) -> Folder | None:
    """Open a target; None if it is missing. What was looked at is thereby what is written to.

    Raises `FoldersOverlap` if source or target is, or contains, the other: a run would feed on itself.
    A target that is missing lies where its folders would be made. Where that cannot
    be told, nothing may be written: raises the `Failure` that says why.
    """
    try:
        return _open_apart(system, target, source)
    except FileNotFoundError:
        return None  # nothing can be made there, and whoever tries says why
    except (OSError, EntryRefused) as error:
        raise unreachable(target, error) from error


def _open_apart(system: System, target: Location, source: Lineage) -> Folder | None:
    try:
        folder = target.open(system, create=False)
    except FileNotFoundError:
        with target.open_above(system) as above:
            if lineage_of(above).is_within(source):
                raise FoldersOverlap(target=target.shown) from None
        return None
    with ExitStack() as failing:
        failing.enter_context(folder)
        if source.overlaps(lineage_of(folder)):
            raise FoldersOverlap(target=target.shown)
        failing.pop_all()
    return folder


def unreachable(location: Location, error: OSError | EntryRefused) -> Failure:
    """Say why a folder cannot be opened."""
    if isinstance(error, EntryRefused):
        if error.code is ProblemCode.LINK_REFUSED:
            return LinkOnTheWay(path=location.shown)
        return FolderUnreachable(path=location.shown, reason=f"{error.code} {error.detail}".strip())
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        return NotAFolder(path=location.shown)
    return FolderUnreachable(path=location.shown, reason=error.strerror or str(error))
