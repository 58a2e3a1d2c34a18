"""The scenarios of hostile paths: what comes of them, and by what they tell a target that takes paths as others do."""

import posixpath
from collections.abc import Callable

import pytest

from conformance.scenarios import hostile_paths
from tests.conformance.scenarios.playing import (
    Fault,
    Fields,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)


def taken_as(change: Callable[[str], str]) -> Fault:
    """The path on host of a job is taken for another one."""

    def otherwise(params: Fields) -> None:
        for end in (params["job"]["source"], params["job"]["target"]):
            if "host" in end:
                end["path"]["path"] = change(end["path"]["path"])

    return asked_otherwise("client.start", otherwise)


RESOLVED = taken_as(posixpath.normpath)
WITHOUT_STREAM = taken_as(lambda path: path.removesuffix(":s"))
WITHOUT_DOT = taken_as(lambda path: path.rstrip(".") if path.startswith("C:") else path)
UP_BY_BACKSLASH = taken_as(lambda path: path.replace("\\", "/") if path.startswith("/") else path)
IN_SMALL_LETTERS = taken_as(str.lower)
LIKE_PYTHON = taken_as(lambda path: path.replace("\u017f", "s"))

TOUCHED = done_besides(
    "client.wait", "fs.plant", **changed_file("far", "/srv/documents", **{"mine.txt": "do not touch"})
)
MADE = done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/users", made="by a refused run"))
MADE_BESIDE = done_besides("net.hang_up", "fs.plant", **changed_file("far", "/srv", made="by a question"))
FAILS_ALWAYS = told_otherwise(
    "client.wait", lambda told: told.update(state="failed", causes=["PATH_REFUSED"])
)


@pytest.mark.parametrize("id", ids_of(hostile_paths))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


SERVED = "('converged', ()), expected ('failed', ('PATH_REFUSED',))"


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("of-windows-are-refused", WITHOUT_STREAM, f"the run with a stream: {SERVED}"),
        ("of-windows-are-refused", WITHOUT_DOT, f"the run with a dot at the end: {SERVED}"),
        (
            "of-windows-are-refused",
            FAILS_ALWAYS,
            "the run with a path that is not hostile: 'failed', expected 'converged'",
        ),
        (
            "every-spelling-in-either-role",
            WITHOUT_DOT,
            f"the run with 'C:\\\\a.' as target: {SERVED}",
        ),
        ("asked-for-by-a-hostile-client-are-refused", MADE_BESIDE, "what is around the folder after these"),
        (
            "asked-for-by-a-hostile-client-are-refused",
            FAILS_ALWAYS,
            "the run of an honest client afterwards: ",
        ),
        ("with-two-dots-are-refused", RESOLVED, f"the run with /srv/users/./a/../../documents: {SERVED}"),
        ("others-land-below", IN_SMALL_LETTERS, "what is below the RootPath: D/Data is missing"),
        ("others-land-below", TOUCHED, "what is outside the RootPath: documents/mine.txt is {"),
        ("others-land-below", FAILS_ALWAYS, "the run to C:\\srv\\documents: 'failed', expected 'converged'"),
        ("of-posix-are-names-there", UP_BY_BACKSLASH, "client.start is rejected with PATH_REFUSED"),
        ("of-posix-are-names-there", MADE, "what is below the RootPath: made is there, and should not be"),
        (
            "on-windows-they-land-below",
            LIKE_PYTHON,
            "what is below the RootPath: C/srv/user\u017f is missing",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"hostile-paths-{id}", fault).message.startswith(complaint)
