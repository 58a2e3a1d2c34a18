"""Folder trees on the real disk: to plant, and to compare whole."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

# Any time in the past, with nanoseconds.
OLD_NS = 1_500_000_000_123_456_789


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Seen:
    """All that is replicated of one entry; `content` is that of a file or the target of a link."""

    kind: str
    mode: int
    mtime_ns: int
    content: bytes


# Relative path → content of a file, a link, or None for a folder.
Tree = dict[str, bytes | Link | None]


def plant(root: Path, tree: Tree) -> Path:
    """Make `root` and what `tree` lists below it, last modified at OLD_NS."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir(exist_ok=True)
        elif isinstance(content, Link):
            path.symlink_to(content.target)
        else:
            path.write_bytes(content)
    for path in (*root.rglob("*"), root):
        os.utime(path, ns=(OLD_NS, OLD_NS), follow_symlinks=False)
    return root


def look(root: Path) -> dict[str, Seen]:
    """See everything below `root`, and `root` itself as `.`."""
    return {
        str(path.relative_to(root)): _see(path) for path in sorted((root, *root.rglob("*")), key=os.fsencode)
    }


def contents(root: Path) -> Tree:
    """See what `plant` takes."""
    found: Tree = {}
    for name, seen in look(root).items():
        if name != ".":
            found[name] = {"file": seen.content, "link": Link(os.fsdecode(seen.content))}.get(seen.kind)
    return found


def _see(path: Path) -> Seen:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return Seen("link", 0o777, status.st_mtime_ns, os.fsencode(os.readlink(path)))
    kind = "folder" if stat.S_ISDIR(status.st_mode) else "file" if stat.S_ISREG(status.st_mode) else "special"
    content = path.read_bytes() if kind == "file" else b""
    return Seen(kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns, content)
