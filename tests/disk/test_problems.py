"""What an error of the operating system means for one entry."""

import errno

import pytest

from psync.core.problems import PROBLEM_TEXTS, Problem, ProblemCode
from psync.disk.problems import EntryRefused, problem_of

PATH = (b"folder", b"name")

CODES = {
    errno.EACCES: ProblemCode.PERMISSION,
    errno.EPERM: ProblemCode.PERMISSION,
    errno.ENOENT: ProblemCode.NOT_FOUND,
    errno.ENOSPC: ProblemCode.NO_SPACE,
    errno.EDQUOT: ProblemCode.NO_SPACE,
    errno.EFBIG: ProblemCode.FILE_TOO_LARGE,
    errno.EROFS: ProblemCode.READ_ONLY_DISK,
    errno.ENAMETOOLONG: ProblemCode.NAME_INVALID,
    errno.EINVAL: ProblemCode.NAME_INVALID,
    errno.EILSEQ: ProblemCode.NAME_INVALID,
    errno.ELOOP: ProblemCode.LINK_REFUSED,
    errno.ENOTDIR: ProblemCode.LINK_REFUSED,
    errno.EISDIR: ProblemCode.KIND_CONFLICT,
    errno.ENXIO: ProblemCode.SPECIAL_FILE,
    errno.ENOTEMPTY: ProblemCode.FOLDER_KEPT,
    errno.EEXIST: ProblemCode.CONFLICT,
    errno.EIO: ProblemCode.IO_ERROR,
    errno.EMFILE: ProblemCode.IO_ERROR,
    errno.ESTALE: ProblemCode.IO_ERROR,
    errno.EBUSY: ProblemCode.IO_ERROR,
}

# What the system says and the code does not.
TEXTS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied (words)",
    errno.ENOENT: "no longer there",
    errno.ENOSPC: "the target is full",
    errno.EDQUOT: "the target is full (words)",
    errno.EFBIG: "larger than the target's file system allows a file to be (words)",
    errno.EROFS: "the target's file system is read-only",
    errno.ENAMETOOLONG: "the target cannot hold this name (words)",
    errno.ENOTEMPTY: "the folder holds entries that are not part of the run and was kept",
    errno.EIO: "the disk reported an error (words)",
}


@pytest.mark.parametrize("number", CODES, ids=errno.errorcode.get)
def test_an_error_of_the_system_has_a_code(number: int):
    assert problem_of(PATH, OSError(number, "words")).code is CODES[number]


@pytest.mark.parametrize("number", TEXTS, ids=errno.errorcode.get)
def test_the_systems_words_stand_where_they_say_more_than_the_code(number: int):
    assert problem_of(PATH, OSError(number, "words")).text == TEXTS[number]


def windows_error(number: int, winerror: int) -> OSError:
    """What CPython raises on Windows, in the numbers that it makes of `winerror`."""
    error = OSError(number, "words")
    vars(error)["winerror"] = winerror
    return error


WINDOWS = {
    "access denied": (errno.EACCES, 5, "permission denied"),
    "write-protected": (errno.EACCES, 19, "the target's file system is read-only (words)"),
    "a checksum": (errno.EACCES, 23, "the disk reported an error (words)"),
    "a sharing violation": (errno.EACCES, 32, PROBLEM_TEXTS[ProblemCode.LOCKED]),
    "a locked range": (errno.EACCES, 33, PROBLEM_TEXTS[ProblemCode.LOCKED]),
    "a full disk": (errno.ENOSPC, 112, "the target is full"),
    "a quota": (errno.EINVAL, 1295, "the target is full (words)"),
    "a name": (errno.EINVAL, 123, "the target cannot hold this name (words)"),
    "too long a name": (errno.ENOENT, 206, "the target cannot hold this name (words)"),
    "too large a file": (
        errno.EINVAL,
        223,
        "larger than the target's file system allows a file to be (words)",
    ),
    "no right to make links": (errno.EINVAL, 1314, "permission denied (words)"),
    "a broken device": (errno.EINVAL, 1117, "the disk reported an error (words)"),
    "not there": (errno.ENOENT, 2, "no longer there"),
    "not empty": (errno.ENOTEMPTY, 145, PROBLEM_TEXTS[ProblemCode.FOLDER_KEPT]),
    "a file where a folder should be": (errno.ENOTDIR, 267, PROBLEM_TEXTS[ProblemCode.LINK_REFUSED]),
}


@pytest.mark.parametrize(("number", "winerror", "text"), WINDOWS.values(), ids=WINDOWS.keys())
def test_an_error_of_windows_is_known_by_its_own_number(number: int, winerror: int, text: str):
    assert problem_of(PATH, windows_error(number, winerror)).text == text


def test_an_error_without_a_number_is_an_error_of_the_disk():
    assert problem_of(PATH, OSError("words")) == Problem(PATH, ProblemCode.IO_ERROR, "")


def test_a_refusal_of_psync_itself_keeps_its_code_and_detail():
    refused = EntryRefused(ProblemCode.CONFLICT, "modified since the scan")

    assert problem_of(PATH, refused) == Problem(PATH, ProblemCode.CONFLICT, "modified since the scan")
