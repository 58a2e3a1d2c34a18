"""Room for trees on the disk, given back in the end, whatever modes its folders have by then."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def room() -> Iterator[Path]:
    """Give an empty folder that has an empty folder around it."""
    with TemporaryDirectory(prefix="psync-acceptance-") as folder:
        root = Path(folder, "root")
        root.mkdir()
        try:
            yield root
        finally:
            _open_all(root)


def _open_all(root: Path) -> None:
    """Make every folder one that its owner can empty."""
    for _, _, _, fd in os.fwalk(root):
        with os.scandir(fd) as entries:
            folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        for name in folders:
            os.chmod(name, 0o700, dir_fd=fd)
