"""Contents of files between two ends, as values.

A job announces a file to the target (`changes.WriteFile`), asks the source for
its content under the same id (`Request`), and passes on what the source answers,
untouched and as it comes, which need not be in the order of the requests:

* `Pack`: small files, whole. The buffers are their contents, one after another.
* `Begin`: a large file starts; anything sent of it before is void.
* `Piece`: a stretch of it. Stretches that are skipped are holes. A long hole
  takes several steps, each a piece without bytes, so that nobody who believes
  an offset works for longer than a step takes.
* `End`: the large file is complete. The only word that lets it be committed.
* `Unsupplied`: the source could not read it; the target keeps what it has.

The target answers every announced change with one `Outcome`. If that comes before
the last word on a large file, the file has failed there, and its pieces are left out.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from psync.core.changes import ChangeId
from psync.core.manifest import EntryPath, Stamp
from psync.core.problems import Problem

# A file of at most SMALL_BYTES_MAX travels whole; a pack is sent once it holds
# PACK_BYTES_MIN or PACK_FILES_MAX files. A larger file travels in pieces. Either
# fits into one sealed record of 1 MiB together with its header. Pieces nearly fill
# it, since each costs both sides some 60 µs beside its bytes.
PIECE_BYTES_MAX = 960 * 1024
SMALL_BYTES_MAX = 256 * 1024
PACK_BYTES_MIN = 512 * 1024
PACK_FILES_MAX = 1024

# Hashing that many zeros takes some 50 ms.
HOLE_STEP_BYTES = 256 * 1024 * 1024

# What file offsets can hold.
Length: TypeAlias = Annotated[int, Meta(ge=0, le=2**63 - 1)]

# BLAKE3-256.
DIGEST_BYTES = 32
Digest: TypeAlias = Annotated[bytes, Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]

Buffer: TypeAlias = bytes | bytearray | memoryview


class Request(Struct, frozen=True, array_like=True, gc=False):
    """Ask the source for the content of the file announced as `id`."""

    id: ChangeId
    path: EntryPath


class PackedFile(Struct, frozen=True, array_like=True, gc=False):
    """One file of a pack: `size` bytes, the time it was last modified when read, its BLAKE3-256."""

    id: ChangeId
    size: Length
    mtime_ns: int
    digest: Digest


class Pack(Struct, frozen=True, array_like=True, tag=1):
    """Whole small files; their contents follow in the same order."""

    files: list[PackedFile]


class Begin(Struct, frozen=True, array_like=True, tag=2):
    """A large file of about `size` bytes; `is_sparse` when it has holes to be kept."""

    id: ChangeId
    size: Length
    is_sparse: bool


class Piece(Struct, frozen=True, array_like=True, tag=3):
    """A stretch of a large file at `offset`; offsets of one file only grow."""

    id: ChangeId
    offset: Length


class End(Struct, frozen=True, array_like=True, tag=4):
    """All pieces of a large file were sent. The digest covers `size` bytes, holes as zeros."""

    id: ChangeId
    size: Length
    mtime_ns: int
    digest: Digest


class Unsupplied(Struct, frozen=True, array_like=True, tag=5):
    """The source has no content for `id`; what was sent of it is void."""

    id: ChangeId
    problem: Problem


ContentHeader: TypeAlias = Pack | Begin | Piece | End | Unsupplied


def _nothing_to_release() -> None:
    """Buffers that nobody wants back."""


class Content(Struct):
    """A header and the bytes it speaks of. Call `release` when the buffers are no longer read."""

    header: ContentHeader
    buffers: Sequence[Buffer] = ()
    release: Callable[[], None] = _nothing_to_release


class Outcome(Struct, frozen=True, array_like=True):
    """What became of one change: the entry's identity afterwards, or the problem."""

    id: ChangeId
    stamp: Stamp | None = None
    problem: Problem | None = None
