"""Two folders compared entry by entry and byte by byte: kinds, contents, modes, times, links."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from psync.core.filters import Filters
from psync.core.manifest import Entry, EntryPath, Kind, Order, is_same_time
from psync.disk.folder import Folder
from psync.disk.scan import scan

PART_BYTES = 256 * 1024

COMPARED = (Kind.FILE, Kind.FOLDER, Kind.LINK)


class Comparison(Struct):
    """How many entries were compared, the folder itself not counted, and which are not equal."""

    files: int = 0
    folders: int = 0
    links: int = 0
    differences: list[EntryPath] = []


async def compare(left: Folder, right: Folder) -> Comparison:
    """Compare all that psync replicates; other entries are passed over. Stops when cancelled."""
    volumes = (left.system.volume(folder.root.fd) for folder in (left, right))
    granularity_ns = max(volume.time_granularity_ns for volume in volumes)
    left_entries, right_entries = dict(_entries(left)), dict(_entries(right))
    result = Comparison()
    for path in sorted(left_entries.keys() | right_entries.keys()):
        await asyncio.sleep(0)
        pair = left_entries.get(path), right_entries.get(path)
        _count(result, pair[0] or pair[1], path)
        if not _is_same(*pair, granularity_ns) or not await _is_same_content(left, right, path, pair[0]):
            result.differences.append(path)
    return result


def _entries(folder: Folder) -> Iterator[tuple[EntryPath, Entry]]:
    for listing in scan(folder, Order(), Filters()):
        if not listing.path:
            yield (), listing.folder
        for entry in listing.entries:
            if entry.kind in COMPARED:
                yield (*listing.path, entry.name), entry


def _count(result: Comparison, entry: Entry | None, path: EntryPath) -> None:
    if entry is None or not path:
        return
    result.files += entry.kind is Kind.FILE
    result.folders += entry.kind is Kind.FOLDER
    result.links += entry.kind is Kind.LINK


def _is_same(left: Entry | None, right: Entry | None, granularity_ns: int) -> bool:
    if left is None or right is None:
        return False
    attributes = [(entry.kind, entry.mode, entry.size, entry.link_target) for entry in (left, right)]
    return attributes[0] == attributes[1] and is_same_time(left.mtime_ns, right.mtime_ns, granularity_ns)


async def _is_same_content(left: Folder, right: Folder, path: EntryPath, entry: Entry | None) -> bool:
    """Compare two files of one size; a file that cannot be read is not equal."""
    if entry is None or entry.kind is not Kind.FILE:
        return True
    opened: list[int] = []
    os = left.os
    try:
        for folder in (left, right):
            directory, name = folder.locate(path)
            opened.append(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory.fd))
        for offset in range(0, entry.size, PART_BYTES):
            parts = [os.pread(fd, PART_BYTES, offset) for fd in opened]
            if parts[0] != parts[1]:
                return False
            await asyncio.sleep(0)
    except OSError:
        return False
    finally:
        for fd in opened:
            os.close(fd)
    return True
