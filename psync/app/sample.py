"""The files of the demonstration: the sample it makes, and the change it makes at the listener."""

from collections.abc import Iterator

from psync.core.filters import Filters
from psync.core.manifest import EntryPath, Kind, Order
from psync.disk.folder import Folder
from psync.disk.scan import scan
from psync.system import OperatingSystem

MEASUREMENTS = b"".join(b"%d,%d\n" % (number, number * number) for number in range(50_000))

FILES: dict[bytes, bytes] = {
    b"notes.txt": b"psync replicates folders between machines over TCP.\n",
    b"zero bytes.dat": b"",
    b"reports/2026/january.csv": MEASUREMENTS,
    b"reports/2026/february.csv": MEASUREMENTS[::-1],
    "names/naïve café.txt".encode(): b"A name in UTF-8.\n",
    b"names/caf\xe9.txt": b"A name that is not UTF-8.\n",
    b"names/new\nline.txt": b"A name of two lines.\n",
}
FOLDERS = (b"reports", b"reports/2026", b"names", b"empty folder")
LINKS = {b"latest.csv": b"reports/2026/february.csv"}
SCRIPT = b"names/script.sh"

ADDED_LINE = b"This line was added at the listener's side.\n"
ADDED_FILE = b"added-at-the-listener.txt"


def make_sample(folder: Folder) -> None:
    """Fill an empty folder with a little of everything that is replicated."""
    os, root = folder.os, folder.root.fd
    for name in FOLDERS:
        os.mkdir(name, 0o755, dir_fd=root)
    for name, content in FILES.items():
        _write(os, root, name, content, 0o644)
    _write(os, root, SCRIPT, b"#!/bin/sh\necho executable\n", 0o755)
    for name, target in LINKS.items():
        os.symlink(target, name, dir_fd=root)


def change_one_file(folder: Folder) -> EntryPath:
    """Add a line to the first file that can be written, or a file where there is none; give its path."""
    os = folder.os
    for path in _files(folder):
        try:
            fd = os.open(path[-1], os.O_WRONLY | os.O_NOFOLLOW, dir_fd=folder.directory(path[:-1]).fd)
        except OSError:
            continue
        try:
            os.pwrite(fd, ADDED_LINE, os.fstat(fd).st_size)
        finally:
            os.close(fd)
        return path
    os.fchmod(folder.root.fd, 0o700)
    _write(os, folder.root.fd, ADDED_FILE, ADDED_LINE, 0o644)
    return (ADDED_FILE,)


def _files(folder: Folder) -> Iterator[EntryPath]:
    for listing in scan(folder, Order(), Filters()):
        for entry in listing.entries:
            if entry.kind is Kind.FILE:
                yield (*listing.path, entry.name)


def _write(os: OperatingSystem, folder: int, name: bytes, content: bytes, mode: int) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, dir_fd=folder)
    try:
        written = 0
        while written < len(content):
            written += os.write(fd, content[written:])
        os.fchmod(fd, mode)
    finally:
        os.close(fd)
