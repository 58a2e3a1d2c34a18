"""The messages that change or read folders, as PROTOCOL.md has them; what is in them may be as wrong as it likes."""

from typing import Any, ClassVar, TypeAlias

import msgspec
from blake3 import blake3
from msgspec import Struct

from conformance.blackbox.messages import HEAD_BYTES, MessageInvalid, raw

SCAN, SUPPLY, APPLY = 17, 18, 19
REQUESTS, CONTENTS, CHANGES = 34, 35, 36

FILE = 1

# The codes of the problems that hostile names have.
NAME_INVALID, LINK_REFUSED = "NAME_INVALID", "LINK_REFUSED"

# The names that lead to an entry.
Path: TypeAlias = tuple[bytes, ...]

# A header as it is written: an array of whatever.
Header: TypeAlias = list[Any]


class Stamp(Struct, array_like=True, frozen=True):
    """What an entry is known by."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class Entry(Struct, array_like=True, frozen=True):
    """One entry of a listing."""

    name: bytes
    kind: int
    mode: int = 0
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    ctime_ns: int = 0
    link_target: bytes = b""

    @property
    def stamp(self) -> Stamp:
        """By which it is known in a change."""
        return Stamp(self.inode, self.size, self.mtime_ns, self.ctime_ns)


class Problem(Struct, array_like=True, frozen=True):
    """Trouble with one entry."""

    path: Path
    code: str
    detail: str = ""


class Listing(Struct, array_like=True, frozen=True):
    """What is in one folder."""

    path: Path
    folder: Entry
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    complete: bool = True


class Listings(Struct, array_like=True, frozen=True):
    """Folders of a scan."""

    code: ClassVar[int] = 33
    listings: tuple[Listing, ...]
    more: bool = False


class Outcome(Struct, array_like=True, frozen=True):
    """What has become of a change."""

    id: int
    stamp: Stamp | None = None
    problem: Problem | None = None


class Outcomes(Struct, array_like=True, frozen=True):
    """What has become of several."""

    code: ClassVar[int] = 37
    outcomes: tuple[Outcome, ...]


class Contents(Struct, array_like=True, frozen=True):
    """Content that was asked for, or why there is none; its bytes stand behind."""

    code: ClassVar[int] = 35
    header: tuple[Any, ...]


Told = Listings | Outcomes | Contents

TYPES: dict[int, type[Told]] = {kind.code: kind for kind in (Listings, Outcomes, Contents)}


def is_told(plaintext: bytes) -> bool:
    """Whether it is one of the messages that are read here."""
    return plaintext[0] in TYPES


def read(plaintext: bytes) -> tuple[Told, bytes]:
    """Read a message of those, and its bulk; raise `MessageInvalid`."""
    kind = TYPES[plaintext[0]]
    end = HEAD_BYTES + int.from_bytes(plaintext[5:HEAD_BYTES], "big")
    try:
        message = msgspec.msgpack.decode(plaintext[HEAD_BYTES:end], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageInvalid(f"a {kind.__name__} that cannot be read: {error}") from None
    return message, plaintext[end:]


def write(code: int, stream: int, header: Header, bulk: bytes = b"") -> bytes:
    """Write a plaintext, whatever is in it."""
    return raw(code, stream, msgspec.msgpack.encode(header)) + bulk


def pack(ids: list[int], content: bytes) -> tuple[Header, bytes]:
    """The same content for several files: the header of Contents, and its bulk."""
    digest = blake3(content).digest()
    return [[1, [[id, len(content), 0, digest] for id in ids]]], content * len(ids)
