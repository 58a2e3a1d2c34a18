"""What an error of the operating system means for one entry."""

import errno

from psync.core.manifest import EntryPath
from psync.core.problems import Problem, ProblemCode

CODES = {
    errno.EACCES: ProblemCode.PERMISSION,
    errno.EPERM: ProblemCode.PERMISSION,
    errno.ENOENT: ProblemCode.NOT_FOUND,
    errno.ENOSPC: ProblemCode.NO_SPACE,
    errno.EDQUOT: ProblemCode.NO_SPACE,
    errno.EFBIG: ProblemCode.FILE_TOO_LARGE,
    errno.EROFS: ProblemCode.READ_ONLY_DISK,
    errno.ENAMETOOLONG: ProblemCode.NAME_INVALID,
    # vfat, exFAT and others answer EINVAL, some EILSEQ, for a character they cannot store.
    errno.EINVAL: ProblemCode.NAME_INVALID,
    errno.EILSEQ: ProblemCode.NAME_INVALID,
    errno.ELOOP: ProblemCode.LINK_REFUSED,
    # Opening a link with O_NOFOLLOW and O_DIRECTORY reports ENOTDIR.
    errno.ENOTDIR: ProblemCode.LINK_REFUSED,
    # Opening a socket reports ENXIO.
    errno.ENXIO: ProblemCode.SPECIAL_FILE,
    errno.EISDIR: ProblemCode.KIND_CONFLICT,
    errno.ENOTEMPTY: ProblemCode.FOLDER_KEPT,
    errno.EEXIST: ProblemCode.CONFLICT,
}

# What Windows answers, by its own numbers (winerror.h). CPython makes EACCES of 19 to 36 and EINVAL of
# all that it does not know, so that `errno` says neither what was wrong nor whether a name was.
WINDOWS_CODES = {
    5: ProblemCode.PERMISSION,
    19: ProblemCode.READ_ONLY_DISK,
    23: ProblemCode.IO_ERROR,  # a checksum of the device
    32: ProblemCode.LOCKED,  # a sharing violation
    33: ProblemCode.LOCKED,  # a range of the file is locked
    39: ProblemCode.NO_SPACE,
    112: ProblemCode.NO_SPACE,
    123: ProblemCode.NAME_INVALID,
    206: ProblemCode.NAME_INVALID,  # too long
    223: ProblemCode.FILE_TOO_LARGE,
    1113: ProblemCode.NAME_INVALID,  # no Unicode
    1295: ProblemCode.NO_SPACE,  # a quota
    1314: ProblemCode.PERMISSION,  # a privilege is missing: to make links is one
}

# The words of the code say it already, and better: those of the system would only repeat them.
SAID_BY_CODE = frozenset(
    {
        errno.EACCES,
        errno.ENOENT,
        errno.ENOSPC,
        errno.EROFS,
        errno.ELOOP,
        errno.ENOTDIR,
        errno.ENXIO,
        errno.EISDIR,
        errno.ENOTEMPTY,
    }
)


class EntryRefused(Exception):
    """An entry that psync itself declines to touch."""

    def __init__(self, code: ProblemCode, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def problem_of(path: EntryPath, error: OSError | EntryRefused) -> Problem:
    """Turn an error into the problem of the entry at `path`."""
    if isinstance(error, EntryRefused):
        return Problem(path, error.code, error.detail)
    code = code_of(error)
    is_said = error.errno in SAID_BY_CODE and code is CODES.get(error.errno)
    return Problem(path, code, "" if is_said or code is ProblemCode.LOCKED else error.strerror or "")


def code_of(error: OSError) -> ProblemCode:
    """Say what an error of the operating system means."""
    number = error.errno or 0
    winerror = getattr(error, "winerror", None)
    if winerror is None:
        return CODES.get(number, ProblemCode.IO_ERROR)
    if number == errno.EINVAL:
        return WINDOWS_CODES.get(winerror, ProblemCode.IO_ERROR)
    return WINDOWS_CODES.get(winerror) or CODES.get(number, ProblemCode.IO_ERROR)
