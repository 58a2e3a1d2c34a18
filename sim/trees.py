"""What lies below a folder, as a value: relative path → content of a file, a link, or None for a folder."""

import stat
from collections.abc import Collection

from msgspec import Struct
from pyfakefs.fake_file import FakeDirectory, FakeFile


class Link(Struct, frozen=True):
    """A symbolic link in a tree."""

    target: bytes


Tree = dict[bytes, bytes | Link | None]


def read_tree(folder: FakeDirectory, without: Collection[FakeFile] = ()) -> Tree:
    """What lies below a folder but for some inodes, in the order of paths; no program sees that it is looked at."""
    tree: Tree = {}
    _collect(tree, folder, b"", without)
    return dict(sorted(tree.items()))


def content_of(node: FakeFile) -> bytes | Link | None:
    """What one entry of a tree is."""
    if isinstance(node, FakeDirectory):
        return None
    content = node.byte_contents or b""
    return Link(content) if stat.S_ISLNK(node.stat_result.st_mode) else content


def _collect(tree: Tree, folder: FakeDirectory, prefix: bytes, without: Collection[FakeFile]) -> None:
    for name, node in folder.entries.items():
        if node in without:
            continue
        path = prefix + name.encode("utf-8", "surrogateescape")
        if isinstance(node, FakeDirectory):
            tree[path] = None
            _collect(tree, node, path + b"/", without)
        else:
            tree[path] = content_of(node)
