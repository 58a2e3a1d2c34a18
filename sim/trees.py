"""What lies below a folder, as a value: relative path → content of a file, a link, or None for a folder."""

import stat
from collections.abc import Callable

from msgspec import Struct
from pyfakefs.fake_file import FakeDirectory, FakeFile


class Link(Struct, frozen=True):
    """A symbolic link in a tree."""

    target: bytes


Tree = dict[bytes, bytes | Link | None]


def _is_there(node: FakeFile) -> bool:
    """A name is a file, unless Windows only waits to remove it."""
    return True


def read_tree(folder: FakeDirectory, is_there: Callable[[FakeFile], bool] = _is_there) -> Tree:
    """What lies below a folder, in the order of paths; no program sees that it is looked at."""
    tree: Tree = {}
    _collect(tree, folder, b"", is_there)
    return dict(sorted(tree.items()))


def content_of(node: FakeFile) -> bytes | Link | None:
    """What one entry of a tree is."""
    if isinstance(node, FakeDirectory):
        return None
    content = node.byte_contents or b""
    return Link(content) if stat.S_ISLNK(node.stat_result.st_mode) else content


def _collect(tree: Tree, folder: FakeDirectory, prefix: bytes, is_there: Callable[[FakeFile], bool]) -> None:
    for name, node in folder.entries.items():
        if not is_there(node):
            continue
        path = prefix + name.encode("utf-8", "surrogateescape")
        tree[path] = content_of(node)
        if isinstance(node, FakeDirectory):
            _collect(tree, node, path + b"/", is_there)
