"""What a scan says of a folder: entries, listings and the canonical order.

Names are bytes everywhere: POSIX names as they are, Windows names as WTF-8. A
scan yields one `Listing` a folder, depth first, parents before children, each
folder's entries in canonical order. Two scans of equal trees therefore yield
equal sequences, and a merge needs to hold one folder a side.

The canonical order is `(fold(name), name)`. The fold is agreed on when both
ends are open: the identity where both tell `Foo` from `foo`, case folding where
one does not, so that such twins are neighbours in both streams.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import TypeAlias

from msgspec import Struct

from psync.core.problems import Problem

EntryPath: TypeAlias = tuple[bytes, ...]
OrderKey: TypeAlias = tuple[tuple[bytes, bytes], ...]

# What a 64-bit count of nanoseconds holds, the years 1677 to 2262. Some file systems keep more.
TIME_NS_MIN = -(2**63)
TIME_NS_MAX = 2**63 - 1

# Set-user-id and set-group-id never travel: on another machine they would
# hand out the rights of another account.
MODE_MASK = 0o1777


class Kind(IntEnum):
    """What an entry is. UNREADABLE: its name is known and nothing else."""

    FILE = 1
    FOLDER = 2
    LINK = 3
    SPECIAL = 4
    UNREADABLE = 5


class Stamp(Struct, frozen=True, array_like=True, gc=False):
    """Identity of an entry within a run; a `ctime_ns` of 0 is not compared.

    `size` in bytes is 0 but for files, times count nanoseconds from 1970.
    """

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    def matches(self, other: "Stamp") -> bool:
        """Whether both describe the same, unchanged entry."""
        if not (self.ctime_ns and other.ctime_ns):
            return (self.inode, self.size, self.mtime_ns) == (other.inode, other.size, other.mtime_ns)
        return self == other


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """A name and its attributes. `size` in bytes, 0 but for files; `mode` without set-id bits."""

    name: bytes
    kind: Kind
    mode: int = 0
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    ctime_ns: int = 0
    link_target: bytes = b""

    @property
    def stamp(self) -> Stamp:
        """The identity that a change of this entry must find unchanged."""
        return Stamp(self.inode, self.size, self.mtime_ns, self.ctime_ns)


class Listing(Struct, frozen=True, array_like=True):
    """One folder: its own attributes and its entries in canonical order.

    `complete` is False when the folder could not be listed to its end: then
    nothing may be concluded from a name's absence.
    """

    path: EntryPath
    folder: Entry
    entries: list[Entry]
    problems: list[Problem] = []
    complete: bool = True


class Order(Struct, frozen=True):
    """The canonical order of names; `folded` when one end takes `Foo` and `foo` for one name."""

    folded: bool = False

    def fold(self, name: bytes) -> bytes:
        """Map names that an end cannot tell apart to one value."""
        return fold_case(name) if self.folded else name

    def sort(self, entries: list[Entry]) -> None:
        """Put entries into canonical order, in place."""
        entries.sort(key=self._entry_key() if self.folded else _by_name)

    def path_key(self, path: EntryPath) -> OrderKey:
        """Place a folder in the depth-first sequence: parents first, siblings in canonical order."""
        return tuple((self.fold(name), name) for name in path)

    def _entry_key(self) -> Callable[[Entry], tuple[bytes, bytes]]:
        return lambda entry: (fold_case(entry.name), entry.name)


def _by_name(entry: Entry) -> bytes:
    return entry.name


def fold_case(name: bytes) -> bytes:
    """Fold a name as case-insensitive file systems do: one code point to one upper-case code point.

    Characters whose upper case is longer (such as the German sharp s) stay, as
    on NTFS and exFAT. Bytes that are not UTF-8 stay as they are.
    """
    if name.isascii():
        return name.upper()
    text = name.decode("utf-8", "surrogateescape")
    return "".join(_upper(character) for character in text).encode("utf-8", "surrogateescape")


def _upper(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 else character


def bounded_time(time_ns: int) -> int:
    """Give the time that can travel and is nearest to the one that a file system reports."""
    return min(max(time_ns, TIME_NS_MIN), TIME_NS_MAX)


def is_same_time(left_ns: int, right_ns: int, granularity_ns: int) -> bool:
    """Compare modification times in the coarser step of both ends, in which file systems truncate."""
    return left_ns == right_ns or left_ns // granularity_ns == right_ns // granularity_ns
