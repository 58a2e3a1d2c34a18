"""What lies below a folder, as a value: relative path → content of a file, a link, or None for a folder."""

import stat
from collections.abc import Callable, Iterator

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
    return dict(sorted(_entries(folder, b"", is_there)))


def content_of(node: FakeFile) -> bytes | Link | None:
    """What one entry of a tree is."""
    if isinstance(node, FakeDirectory):
        return None
    content = node.byte_contents or b""
    return Link(content) if stat.S_ISLNK(node.stat_result.st_mode) else content


def _entries(
    folder: FakeDirectory, prefix: bytes, is_there: Callable[[FakeFile], bool]
) -> Iterator[tuple[bytes, bytes | Link | None]]:
    for name, node in folder.entries.items():
        if not is_there(node):
            continue
        path = prefix + name.encode("utf-8", "surrogateescape")
        yield path, content_of(node)
        if isinstance(node, FakeDirectory):
            yield from _entries(node, path + b"/", is_there)
