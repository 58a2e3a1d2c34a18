"""Whether a file that could not be replaced is open elsewhere, or only not ours to replace."""

import errno

import pytest

from psync.core.problems import ProblemCode
from psync.disk.folder import Directory
from psync.disk.locks import replace
from psync.disk.problems import EntryRefused, problem_of
from psync.system import OperatingSystem


def windows_error(winerror: int) -> OSError:
    error = OSError(errno.ENOENT if winerror == 2 else errno.EACCES, "words")
    vars(error)["winerror"] = winerror
    return error


class Answers:
    """An operating system whose rename and open fail as they are told, or succeed."""

    O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_CLOEXEC = 1, 2, 4, 8

    def __init__(self, renaming: OSError | None, opening: OSError | None) -> None:
        self.calls: list[str] = []
        self._renaming = renaming
        self._opening = opening

    def rename(self, src: bytes, dst: bytes, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        self._answer("rename", self._renaming)

    def open(self, path: bytes, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        assert flags == 15, "neither made nor emptied"
        self._answer("open", self._opening)
        return 7

    def close(self, fd: int) -> None:
        self.calls.append(f"close {fd}")

    def _answer(self, call: str, error: OSError | None) -> None:
        self.calls.append(call)
        if error is not None:
            raise error


DENIED, IN_USE = windows_error(5), windows_error(32)
CASES = {
    "replaced": (None, None, None, ["rename"]),
    "open elsewhere, with all shared": (DENIED, None, ProblemCode.LOCKED, ["rename", "open", "close 7"]),
    "open elsewhere, with nothing shared": (DENIED, IN_USE, ProblemCode.LOCKED, ["rename", "open"]),
    "the rename says so itself": (IN_USE, None, ProblemCode.LOCKED, ["rename"]),
    "not permitted": (DENIED, DENIED, ProblemCode.PERMISSION, ["rename", "open"]),
    "nothing there": (DENIED, windows_error(2), ProblemCode.PERMISSION, ["rename", "open"]),
    "not permitted on POSIX": (
        PermissionError(errno.EACCES, "words"),
        None,
        ProblemCode.PERMISSION,
        ["rename"],
    ),
    "another error": (OSError(errno.EIO, "words"), None, ProblemCode.IO_ERROR, ["rename"]),
}


@pytest.mark.parametrize(("renaming", "opening", "code", "calls"), CASES.values(), ids=CASES.keys())
def test_a_file_that_cannot_be_replaced_is_told_for_what_it_is(
    renaming: OSError | None, opening: OSError | None, code: ProblemCode | None, calls: list[str]
):
    answers = Answers(renaming, opening)
    system_os: OperatingSystem = answers  # type: ignore[assignment]  # the calls that a lock makes
    found = None
    try:
        replace(system_os, Directory(system_os, 3), b"temporary", b"name")
    except (OSError, EntryRefused) as error:
        found = problem_of((b"name",), error).code

    assert (found, answers.calls) == (code, calls)
