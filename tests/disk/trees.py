"""Trees on the real disk: what stands there, whole, and who may touch it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psync.core.manifest import Stamp
from psync.core.paths import is_temporary_name
from psync.disk.folder import stamp_of

NOBODY = 65534
OLD_NS = 1_500_000_000_123_456_789

# Of one entry: kind and mode, time, and the content of a file or the target of a link.
Seen = tuple[str, int, bytes]


def plant(root: Path, entries: dict[str, bytes | None]) -> Path:
    """Make files with their contents and, for None, folders; all of them last modified at OLD_NS."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in entries.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if content is None else path.write_bytes(content)
    for path in (*root.rglob("*"), root):
        os.utime(path, ns=(OLD_NS, OLD_NS), follow_symlinks=False)
    return root


def look(root: Path) -> dict[str, Seen]:
    """See all below `root`, and `root` itself as `.`, temporaries included."""
    return {str(path.relative_to(root)): _see(path) for path in sorted((root, *root.rglob("*")))}


def contents(root: Path) -> dict[str, bytes]:
    """The files below `root`, temporaries included, and the targets of links."""
    seen = look(root)
    return {name: content for name, (kind, _, content) in seen.items() if kind[0] != "d"}


def stamp(path: Path) -> Stamp:
    """The identity of an entry, as a scan gives it."""
    return stamp_of(path.lstat())


def temporaries(root: Path) -> list[str]:
    """What bears a temporary's name below `root`."""
    return [name for name in look(root) if is_temporary_name(os.fsencode(Path(name).name))]


def open_descriptors() -> int:
    """How many descriptors this process has."""
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def ordinary_user(*owned: Path) -> Iterator[None]:
    """Be no superuser, to whom modes mean nothing; `owned` and all below it belong to that user."""
    if os.geteuid():
        yield
        return
    for top in owned:
        for path in (top, *top.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def _see(path: Path) -> Seen:
    status = path.lstat()
    content = b""
    if stat.S_ISLNK(status.st_mode):
        content = os.readlink(os.fsencode(path))
    elif stat.S_ISREG(status.st_mode):
        content = path.read_bytes()
    return stat.filemode(status.st_mode), status.st_mtime_ns, content
