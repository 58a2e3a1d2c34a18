"""Whether a file that could not be replaced or removed is open elsewhere, or only not ours to replace."""

import errno
from collections.abc import Callable

import pytest

from psync.core.problems import ProblemCode
from psync.disk.folder import Directory
from psync.disk.locks import remove, replace
from psync.disk.problems import EntryRefused, problem_of
from psync.system import OperatingSystem


def windows_error(winerror: int) -> OSError:
    error = OSError(errno.ENOENT if winerror == 2 else errno.EACCES, "words")
    vars(error)["winerror"] = winerror
    return error


class Answers:
    """An operating system whose calls fail as they are told, or succeed: the first one, and open."""

    O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_CLOEXEC = 1, 2, 4, 8

    def __init__(self, first: OSError | None, opening: OSError | None) -> None:
        self.calls: list[str] = []
        self._first = first
        self._opening = opening

    def rename(self, src: bytes, dst: bytes, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        self._answer("rename", self._first)

    def unlink(self, path: bytes, *, dir_fd: int) -> None:
        self._answer("unlink", self._first)

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
# What the first call says, what an attempt to open the file says, what is told, and the calls after the first one.
CASES = {
    "done": (None, None, None, []),
    "open elsewhere, with all shared": (DENIED, None, ProblemCode.LOCKED, ["open", "close 7"]),
    "open elsewhere, with nothing shared": (DENIED, IN_USE, ProblemCode.LOCKED, ["open"]),
    "the call says so itself": (IN_USE, None, ProblemCode.LOCKED, []),
    "not permitted": (DENIED, DENIED, ProblemCode.PERMISSION, ["open"]),
    "nothing there": (DENIED, windows_error(2), ProblemCode.PERMISSION, ["open"]),
    "not permitted on POSIX": (PermissionError(errno.EACCES, "words"), None, ProblemCode.PERMISSION, []),
    "another error": (OSError(errno.EIO, "words"), None, ProblemCode.IO_ERROR, []),
}
VERBS: dict[str, Callable[[OperatingSystem, Directory], None]] = {
    "rename": lambda system_os, directory: replace(system_os, directory, b"temporary", b"name"),
    "unlink": lambda system_os, directory: remove(system_os, directory, b"name"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("first", "opening", "code", "more"), CASES.values(), ids=CASES.keys())
def test_a_file_that_cannot_be_replaced_or_removed_is_told_for_what_it_is(
    verb: str, first: OSError | None, opening: OSError | None, code: ProblemCode | None, more: list[str]
):
    answers = Answers(first, opening)
    system_os: OperatingSystem = answers  # type: ignore[assignment]  # the calls that a lock makes
    found = None
    try:
        VERBS[verb](system_os, Directory(system_os, 3))
    except (OSError, EntryRefused) as error:
        found = problem_of((b"name",), error).code

    assert (found, answers.calls) == (code, [verb, *more])
