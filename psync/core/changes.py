"""The changes that a plan asks of a target, one value each.

A change names the entry by its path below the job's folder and states what must
still be there: `replaces` (or `expected`) is the identity that the scan saw,
None for a name that was free. A target that finds anything else leaves it alone
and answers CONFLICT.
"""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from psync.core.manifest import EntryPath, Kind, Stamp

# Names one change of a run, and the content that belongs to it; 0 is nobody's.
ChangeId: TypeAlias = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class MakeFolder(Struct, frozen=True, array_like=True, tag=1):
    """Make a folder that only its owner can enter until `FinishFolder`; `replaces` is not a folder."""

    id: ChangeId
    path: EntryPath
    replaces: Stamp | None = None


class WriteFile(Struct, frozen=True, array_like=True, tag=2):
    """Put a new file under this name; its content follows under the same id."""

    id: ChangeId
    path: EntryPath
    mode: int
    size: int
    replaces: Stamp | None = None


class MakeLink(Struct, frozen=True, array_like=True, tag=3):
    """Put a symbolic link under this name."""

    id: ChangeId
    path: EntryPath
    link_target: bytes
    mtime_ns: int
    replaces: Stamp | None = None


class SetMode(Struct, frozen=True, array_like=True, tag=4):
    """Give a file whose content is right another mode."""

    id: ChangeId
    path: EntryPath
    mode: int
    expected: Stamp


class RenameEntry(Struct, frozen=True, array_like=True, tag=5):
    """Spell a name differently in the same folder, where both spellings are one name to the target."""

    id: ChangeId
    path: EntryPath
    name: bytes
    expected: Stamp


class OpenFolder(Struct, frozen=True, array_like=True, tag=6):
    """Give the owner the right to change a folder; `FinishFolder` takes it back."""

    id: ChangeId
    path: EntryPath


class FinishFolder(Struct, frozen=True, array_like=True, tag=7):
    """Give a folder its final mode and time; nothing inside it changes afterwards."""

    id: ChangeId
    path: EntryPath
    mode: int
    mtime_ns: int


class Delete(Struct, frozen=True, array_like=True, tag=8):
    """Remove an entry; of a folder only the inode is compared, and it must be empty."""

    id: ChangeId
    path: EntryPath
    kind: Kind
    expected: Stamp


Change: TypeAlias = (
    MakeFolder | WriteFile | MakeLink | SetMode | RenameEntry | OpenFolder | FinishFolder | Delete
)
