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
    number = error.errno or 0
    detail = "" if number in SAID_BY_CODE else error.strerror or ""
    return Problem(path, CODES.get(number, ProblemCode.IO_ERROR), detail)
