"""Listing a folder tree: depth first, parents before children, in canonical order."""

import stat
from collections.abc import Callable, Iterator

from msgspec import structs

from psync.core.filters import Filters
from psync.core.manifest import (
    MODE_MASK,
    TIME_NS_MAX,
    TIME_NS_MIN,
    Entry,
    EntryPath,
    Kind,
    Listing,
    Order,
    bounded_time,
)
from psync.core.paths import is_temporary_name
from psync.core.problems import Problem
from psync.disk.folder import Directory, Folder
from psync.disk.problems import EntryRefused, problem_of
from psync.system import DirectoryEntry, StatResult

KIND_MASK = 0o170000  # as in stat(2), S_IFMT
KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}

# Of the job's own folder before it is looked at.
UNKNOWN = Entry(b"", Kind.UNREADABLE)


def scan(
    folder: Folder,
    order: Order,
    filters: Filters,
    is_stale: Callable[[bytes], bool] | None = None,
) -> Iterator[Listing]:
    """List every folder below `folder`, itself first.

    Temporaries never appear; those for which `is_stale` says so are removed,
    which only the holder of the writer's right may ask for. A folder that cannot
    be listed to its end is yielded with a problem and `complete=False`; its
    attributes are then those that the folder above gave.
    """
    scanner = _Scanner(folder, order, filters, is_stale)
    pending: list[tuple[EntryPath, Entry]] = [((), UNKNOWN)]
    while pending:
        path, known = pending.pop()
        listing = scanner.list_folder(path, known)
        below = [((*path, entry.name), entry) for entry in listing.entries if entry.kind is Kind.FOLDER]
        pending += reversed(below)
        yield listing


class _Scanner:
    def __init__(
        self, folder: Folder, order: Order, filters: Filters, is_stale: Callable[[bytes], bool] | None
    ) -> None:
        self._folder = folder
        self._os = folder.os
        self._order = order
        self._filters = filters
        self._has_filters = bool(filters)
        self._is_stale = is_stale

    def list_folder(self, path: EntryPath, known: Entry) -> Listing:
        listing = Listing(path, known, [])
        try:
            directory = self._folder.directory(path)
            listing = Listing(path, self._attributes(known.name, directory), [])
            has_changed = False
            with self._os.scandir(directory.fd) as entries:
                for found in entries:
                    name = self._os.fsencode(found.name)
                    if not is_temporary_name(name):
                        self._add(listing, directory, name, found)
                    elif self._clean(listing, directory, name):
                        has_changed = True
            if has_changed:
                listing = structs.replace(listing, folder=self._attributes(known.name, directory))
        except (OSError, EntryRefused) as error:
            listing = _incomplete(listing, problem_of(path, error))
        self._order.sort(listing.entries)
        return listing

    def _attributes(self, name: bytes, directory: Directory) -> Entry:
        return self._entry(name, self._os.fstat(directory.fd), directory)

    def _add(self, listing: Listing, directory: Directory, name: bytes, found: DirectoryEntry) -> None:
        problem = None
        try:
            entry = self._entry(name, found.stat(follow_symlinks=False), directory)
        except FileNotFoundError:
            return  # removed since the folder was read: simply not there
        except OSError as error:
            entry, problem = Entry(name, Kind.UNREADABLE), problem_of((*listing.path, name), error)
        if self._has_filters and self._filters.excludes(
            listing.path, name, is_folder=entry.kind is Kind.FOLDER
        ):
            return
        listing.entries.append(entry)
        if problem is not None:
            listing.problems.append(problem)

    def _entry(self, name: bytes, status: StatResult, directory: Directory) -> Entry:
        if status.st_mode & KIND_MASK == stat.S_IFREG and status.st_nlink == 1:
            return _plain_file(name, status)
        kind = KINDS.get(stat.S_IFMT(status.st_mode), Kind.SPECIAL)
        # Changing one of several hard links moves the change time of all.
        has_other_names = status.st_nlink > 1 and kind is not Kind.FOLDER
        return Entry(
            name,
            kind,
            status.st_mode & MODE_MASK,
            status.st_size if kind is Kind.FILE else 0,
            bounded_time(status.st_mtime_ns),
            status.st_ino,
            0 if has_other_names else status.st_ctime_ns,
            self._os.readlink(name, dir_fd=directory.fd) if kind is Kind.LINK else b"",
        )

    def _clean(self, listing: Listing, directory: Directory, name: bytes) -> bool:
        """Remove what a dead session left behind, and say whether it went; what stays is told and not listed."""
        if self._is_stale is None or not self._is_stale(name):
            return False
        try:
            self._remove(directory, name)
        except FileNotFoundError:
            pass
        except OSError as error:
            listing.problems.append(problem_of((*listing.path, name), error))
            return False
        return True

    def _remove(self, directory: Directory, name: bytes) -> None:
        """Remove an entry, if need be from a folder that its owner may not write to: a power cut, perhaps,
        has taken back that it was opened for the work of which this is left.
        """
        try:
            self._os.unlink(name, dir_fd=directory.fd)
        except PermissionError:
            with self._folder.writable(directory):
                self._os.unlink(name, dir_fd=directory.fd)


def _plain_file(name: bytes, status: StatResult) -> Entry:
    """Give what nearly all entries of a tree are. The short way saves a seventh of a scan."""
    time_ns = status.st_mtime_ns
    if not TIME_NS_MIN <= time_ns <= TIME_NS_MAX:
        time_ns = bounded_time(time_ns)
    mode = status.st_mode & MODE_MASK
    return Entry(name, Kind.FILE, mode, status.st_size, time_ns, status.st_ino, status.st_ctime_ns)


def _incomplete(listing: Listing, problem: Problem) -> Listing:
    return Listing(
        listing.path, listing.folder, listing.entries, [*listing.problems, problem], complete=False
    )
