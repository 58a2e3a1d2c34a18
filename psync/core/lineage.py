"""Where a folder lies, so that two ends of a job can tell whether one contains the other.

Paths do not tell: links, RootPath and several names of one host lead to one
folder by many of them. So a folder is identified by what its machine knows it
by, and a machine by what it has for itself until its next boot; only a digest of
both travels, which means nothing on any other machine.

Not seen: one folder mounted at two machines, or bound below itself on one.
"""

from typing import Annotated, TypeAlias

from blake3 import blake3
from msgspec import Meta, Struct

FOLDER_MARK_BYTES = 16

# A path of Linux has at most 2,048 components.
LINEAGE_LENGTH_MAX = 2_048

FolderMark: TypeAlias = Annotated[bytes, Meta(min_length=FOLDER_MARK_BYTES, max_length=FOLDER_MARK_BYTES)]
FolderMarks: TypeAlias = Annotated[tuple[FolderMark, ...], Meta(max_length=LINEAGE_LENGTH_MAX)]


def folder_mark(boot_id: bytes, device: int, inode: int) -> FolderMark:
    """Identify a folder among all folders of all machines; nobody can tell which one it is."""
    return blake3(b"%b %d %d" % (boot_id, device, inode)).digest(FOLDER_MARK_BYTES)


class Lineage(Struct, frozen=True):
    """The marks of a folder and of all folders above it, the folder first; none where it is unknown."""

    marks: FolderMarks = ()

    def is_within(self, other: "Lineage") -> bool:
        """Whether this folder is the other one, or lies below it."""
        return bool(other.marks) and other.marks[0] in self.marks

    def overlaps(self, other: "Lineage") -> bool:
        """Whether one of the two folders is, or contains, the other."""
        return self.is_within(other) or other.is_within(self)


UNKNOWN_LINEAGE = Lineage()
