"""Trouble with one entry: data that travels over the wire, is counted and listed, and never stops a run.

`PROBLEM_TEXTS` holds the words, and no other module does. What ends a command
is a `Failure`, see `errors`.
"""

from enum import StrEnum

from msgspec import Struct


class ProblemCode(StrEnum):
    """What is wrong with one entry. The values are stable: they travel and are documented."""

    PERMISSION = "PERMISSION"
    NOT_FOUND = "NOT_FOUND"
    SOURCE_CHANGED = "SOURCE_CHANGED"
    SPECIAL_FILE = "SPECIAL_FILE"
    NAME_INVALID = "NAME_INVALID"
    NAME_CONFLICT = "NAME_CONFLICT"
    KIND_CONFLICT = "KIND_CONFLICT"
    CONFLICT = "CONFLICT"
    FOLDER_KEPT = "FOLDER_KEPT"
    LINK_REFUSED = "LINK_REFUSED"
    LOCKED = "LOCKED"
    NO_SPACE = "NO_SPACE"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    READ_ONLY_DISK = "READ_ONLY_DISK"
    VERIFY_FAILED = "VERIFY_FAILED"
    IO_ERROR = "IO_ERROR"


PROBLEM_TEXTS = {
    ProblemCode.PERMISSION: "permission denied",
    ProblemCode.NOT_FOUND: "no longer there",
    ProblemCode.SOURCE_CHANGED: "the source changed while it was read; the target keeps its version",
    ProblemCode.SPECIAL_FILE: "fifos, sockets and devices are not replicated",
    ProblemCode.NAME_INVALID: "the target cannot hold this name",
    ProblemCode.NAME_CONFLICT: "the target cannot tell this name from another one of the same folder",
    ProblemCode.KIND_CONFLICT: "a folder stands where the source has none; --delete replaces it",
    ProblemCode.CONFLICT: "the target changed during the run and was left as it is",
    ProblemCode.FOLDER_KEPT: "the folder holds entries that are not part of the run and was kept",
    ProblemCode.LINK_REFUSED: "a symbolic link, or something else, stands where a file or folder was expected; "
    "links are never followed",
    ProblemCode.LOCKED: "The process cannot access the file because it is being used by another process",
    ProblemCode.NO_SPACE: "the target is full",
    ProblemCode.FILE_TOO_LARGE: "larger than the target's file system allows a file to be",
    ProblemCode.READ_ONLY_DISK: "the target's file system is read-only",
    ProblemCode.VERIFY_FAILED: "what arrived is not what was sent",
    ProblemCode.IO_ERROR: "the disk reported an error",
}

# Said once, never counted as failed: the run did what was asked of it.
NOTICES = frozenset({ProblemCode.SPECIAL_FILE, ProblemCode.FOLDER_KEPT})

# A later attempt can succeed without anybody changing the source.
RETRYABLE = frozenset(
    {
        ProblemCode.SOURCE_CHANGED,
        ProblemCode.CONFLICT,
        ProblemCode.LOCKED,
        ProblemCode.NO_SPACE,
        ProblemCode.VERIFY_FAILED,
        ProblemCode.IO_ERROR,
    }
)


# By which an operator knows a problem; the others go by their codes.
TAGS = {ProblemCode.LOCKED: "LockFiles"}


class Problem(Struct, frozen=True, array_like=True):
    """Trouble with one entry: `path` in components below the job's folder, `detail` of the system."""

    path: tuple[bytes, ...]
    code: ProblemCode
    detail: str = ""

    @property
    def text(self) -> str:
        """One sentence without the path."""
        words = PROBLEM_TEXTS[self.code]
        return f"{words} ({self.detail})" if self.detail else words

    @property
    def tag(self) -> str:
        """What an operator knows it by, as it stands in brackets."""
        return TAGS.get(self.code, self.code.value)

    @property
    def is_notice(self) -> bool:
        """Whether this is said without counting as a failure."""
        return self.code in NOTICES

    @property
    def is_retryable(self) -> bool:
        """Whether a later attempt can succeed without a change at the source."""
        return self.code in RETRYABLE


def files_not_sent(count: int) -> Problem:
    """Say that a full target was sent no more files."""
    return Problem((), ProblemCode.NO_SPACE, f"{count} files not sent")


def entries_not_sent(folder: tuple[bytes, ...], code: ProblemCode, count: int) -> Problem:
    """Say that nothing was sent that lies below a folder which failed for `code`."""
    return Problem(folder, code, f"entries below it not sent: {count}")
