"""The limit of open files is raised when a machine is built, as far as its owner allows."""

import errno
import resource
import subprocess
import sys

import pytest

from psync.real.open_files import OPEN_FILES_MAX, raise_open_files

INFINITE = resource.RLIM_INFINITY


class Limits:
    """A process with these limits, soft and hard; setting them may fail."""

    RLIMIT_NOFILE = resource.RLIMIT_NOFILE

    def __init__(self, soft: int, hard: int, error: Exception | None = None) -> None:
        self.open_files = (soft, hard)
        self._error = error

    def getrlimit(self, number: int, /) -> tuple[int, int]:
        assert number == self.RLIMIT_NOFILE
        return self.open_files

    def setrlimit(self, number: int, limits: tuple[int, int], /) -> None:
        assert number == self.RLIMIT_NOFILE
        if self._error is not None:
            raise self._error
        self.open_files = limits


RAISED = {
    "to the hard limit": (Limits(1024, 4096), (4096, 4096)),
    "no further than is of use": (Limits(1024, 1_048_576), (OPEN_FILES_MAX, 1_048_576)),
    "without a hard limit": (Limits(1024, INFINITE), (OPEN_FILES_MAX, INFINITE)),
    "never down": (Limits(100_000, 1_048_576), (100_000, 1_048_576)),
    "nor from no limit": (Limits(INFINITE, INFINITE), (INFINITE, INFINITE)),
    "not where it is at its height": (Limits(4096, 4096, AssertionError("a needless call")), (4096, 4096)),
    "not where the call is forbidden": (Limits(1024, 4096, PermissionError(errno.EPERM, "")), (1024, 4096)),
    "not where it is beyond the kernel's": (Limits(1024, 4096, ValueError("not allowed")), (1024, 4096)),
}


@pytest.mark.parametrize(("limits", "expected"), RAISED.values(), ids=RAISED.keys())
def test_the_limit_is_raised(limits: Limits, expected: tuple[int, int]) -> None:
    raise_open_files(limits)

    assert limits.open_files == expected


def test_a_process_that_begins_with_few_open_files_may_have_as_many_as_it_is_allowed() -> None:
    limits = "resource.getrlimit(resource.RLIMIT_NOFILE)"
    question = f"import resource; from psync.real.system import real_system; real_system(); print(*{limits})"
    limited = 'ulimit -Sn 100; ulimit -Hn 300; exec "$0" -c "$1"'

    ran = subprocess.run(["bash", "-c", limited, sys.executable, question], capture_output=True, text=True)

    assert (ran.stdout, ran.stderr) == ("300 300\n", "")
