"""Contents of files that are described rather than sent, and trees as scenarios write and compare them."""

import hashlib
from collections.abc import Mapping
from itertools import count
from typing import Any, TypeAlias

from msgspec import Struct

DIGEST_BYTES = 32


class Made(Struct, frozen=True):
    """So many bytes that no packer makes smaller: the SHA-256 of `salt:0`, `salt:1`, ... one after another."""

    size: int
    salt: str = ""

    def content(self) -> bytes:
        """Make them."""
        made = bytearray()
        for number in count():
            if len(made) >= self.size:
                return bytes(made[: self.size])
            made += hashlib.sha256(f"{self.salt}:{number}".encode()).digest()
        raise AssertionError("unreachable")


class Link(Struct, frozen=True):
    """A symbolic link."""

    target: str


class Junction(Struct, frozen=True):
    """A folder of Windows that is another one, which takes no privilege to make."""

    target: str


class HardLink(Struct, frozen=True):
    """One more name of a file that is there, from the root on; it is told as that file."""

    target: str


# What stands under a name: a text, bytes, described bytes, a link of some kind, or nothing for a folder.
Content: TypeAlias = str | bytes | Made | Link | Junction | HardLink | None
Tree: TypeAlias = Mapping[str, Content]

# An entry as an adapter tells it, and all of them by their paths.
Entry: TypeAlias = dict[str, Any]
Entries: TypeAlias = dict[str, Entry]


def planted(tree: Tree) -> Entries:
    """What `fs.plant` is asked to make."""
    return {path: _planted(content) for path, content in tree.items()}


def expected(tree: Tree) -> Entries:
    """What `fs.tree` has to tell of a tree, the folders on the way included."""
    found: Entries = {}
    for path, content in tree.items():
        names = path.split("/")
        for depth in range(1, len(names)):
            found.setdefault("/".join(names[:depth]), {"kind": "folder"})
        found[path] = _expected(content)
    return found


def bare(entries: Mapping[str, Entry]) -> Entries:
    """Entries as they are compared: by kind and content, without times."""
    return _only(("kind", "sha256", "target"), entries)


def with_times(entries: Mapping[str, Entry]) -> Entries:
    """Entries as they are where nobody may touch them: by kind and content, time and mode."""
    return _only(("kind", "sha256", "target", "time", "mode"), entries)


def _only(keys: tuple[str, ...], entries: Mapping[str, Entry]) -> Entries:
    return {path: {key: entry[key] for key in keys if key in entry} for path, entry in entries.items()}


def _planted(content: Content) -> Entry:
    match content:
        case None:
            return {"kind": "folder"}
        case Link():
            return {"kind": "link", "target": content.target}
        case Junction():
            return {"kind": "junction", "target": content.target}
        case HardLink():
            return {"kind": "hard_link", "target": content.target}
        case Made():
            return {"kind": "file", "size": content.size, "salt": content.salt}
        case bytes():
            return {"kind": "file", "hex": content.hex()}
        case str():
            return {"kind": "file", "text": content}


def _expected(content: Content) -> Entry:
    if content is None:
        return {"kind": "folder"}
    if isinstance(content, Link):
        return {"kind": "link", "target": content.target}
    assert not isinstance(content, HardLink | Junction), (
        "what it is called otherwise is compared by its content"
    )
    data = content.encode() if isinstance(content, str) else content
    if isinstance(data, Made):
        data = data.content()
    return {"kind": "file", "sha256": hashlib.sha256(data).hexdigest()}
