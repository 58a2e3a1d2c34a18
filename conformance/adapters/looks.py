"""What programs have looked at on a real disk, by the times of access that it keeps."""

import os
from collections.abc import Iterator
from pathlib import Path

from conformance.adapters.serving import Unsupported

# Older than every change, so that also a disk that saves most updates (`relatime`) notes the next access.
LONG_AGO_NS = 0


def watch(root: Path) -> None:
    """Forget what was looked at in a folder and below it; raise `Unsupported` where nobody will know."""
    if os.statvfs(root).f_flag & os.ST_NOATIME:
        raise Unsupported("the disk keeps no times of access")
    for path in (root, *sorted(root.rglob("*"))):
        os.utime(path, ns=(LONG_AGO_NS, path.lstat().st_mtime_ns), follow_symlinks=False)


def looked_at(root: Path) -> list[str]:
    """Files that were read and folders that were listed since, by their relative paths, `.` for the folder itself."""
    return [str(path.relative_to(root)) for path in _accessed(root)]


def _accessed(path: Path) -> Iterator[Path]:
    status = path.lstat()
    if status.st_atime_ns != LONG_AGO_NS:
        yield path
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _accessed(inner)
