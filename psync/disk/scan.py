"""Listing a folder tree: depth first, parents before children, in canonical order."""

import stat
from collections.abc import Callable, Iterator

from psync.core.errors import Problem
from psync.core.filters import Filters
from psync.core.manifest import MODE_MASK, Entry, EntryPath, Kind, Listing, Order
from psync.core.paths import is_temporary_name
from psync.disk.folder import Directory, Folder
from psync.disk.problems import EntryRefused, problem_of
from psync.system import DirectoryEntry, StatResult

KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}


def scan(
    folder: Folder,
    order: Order,
    filters: Filters,
    is_stale: Callable[[bytes], bool] | None = None,
) -> Iterator[Listing]:
    """List every folder below `folder`, itself first.

    Temporaries never appear; those for which `is_stale` says so are removed,
    which only the holder of the writer's right may ask for. A folder that cannot
    be listed is yielded with a problem and `complete=False`.
    """
    scanner = _Scanner(folder, order, filters, is_stale)
    pending: list[EntryPath] = [()]
    while pending:
        path = pending.pop()
        listing = scanner.list_folder(path)
        pending += [(*path, entry.name) for entry in reversed(listing.entries) if entry.kind is Kind.FOLDER]
        yield listing


class _Scanner:
    def __init__(
        self, folder: Folder, order: Order, filters: Filters, is_stale: Callable[[bytes], bool] | None
    ) -> None:
        self._folder = folder
        self._os = folder.os
        self._order = order
        self._filters = filters
        self._is_stale = is_stale

    def list_folder(self, path: EntryPath) -> Listing:
        name = path[-1] if path else b""
        listing = Listing(path, Entry(name, Kind.UNREADABLE), [])
        try:
            directory = self._folder.directory(path)
            listing = Listing(path, self._entry(name, self._os.fstat(directory.fd), directory), [])
            with self._os.scandir(directory.fd) as entries:
                for found in entries:
                    self._add(listing, directory, found)
        except (OSError, EntryRefused) as error:
            listing = _incomplete(listing, problem_of(path, error))
        self._order.sort(listing.entries)
        return listing

    def _add(self, listing: Listing, directory: Directory, found: DirectoryEntry) -> None:
        name = self._os.fsencode(found.name)
        if name.startswith(b".psync-") and is_temporary_name(name):
            self._clean(directory, name)
            return
        try:
            entry = self._entry(name, found.stat(follow_symlinks=False), directory)
        except FileNotFoundError:
            return  # removed since the folder was read: simply not there
        except OSError as error:
            listing.problems.append(problem_of((*listing.path, name), error))
            entry = Entry(name, Kind.UNREADABLE)
        if self._filters and self._filters.excludes(listing.path, name, is_folder=entry.kind is Kind.FOLDER):
            return
        listing.entries.append(entry)

    def _entry(self, name: bytes, status: StatResult, directory: Directory) -> Entry:
        kind = KINDS.get(stat.S_IFMT(status.st_mode), Kind.SPECIAL)
        return Entry(
            name,
            kind,
            status.st_mode & MODE_MASK,
            status.st_size if kind is Kind.FILE else 0,
            status.st_mtime_ns,
            status.st_ino,
            status.st_ctime_ns,
            self._os.readlink(name, dir_fd=directory.fd) if kind is Kind.LINK else b"",
        )

    def _clean(self, directory: Directory, name: bytes) -> None:
        if self._is_stale is not None and self._is_stale(name):
            self._os.unlink(name, dir_fd=directory.fd)


def _incomplete(listing: Listing, problem: Problem) -> Listing:
    return Listing(
        listing.path, listing.folder, listing.entries, [*listing.problems, problem], complete=False
    )
