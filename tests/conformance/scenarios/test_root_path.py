"""The scenarios of the RootPath: what comes of them, and by what they tell a target that does otherwise."""

import posixpath
from itertools import count
from typing import Any

import pytest

from conformance.adapters.serving import Operation
from conformance.scenarios import root_path
from tests.conformance.scenarios.playing import (
    Fault,
    Fields,
    Operations,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)


def _resolved(params: dict[str, Any]) -> None:
    for end in (params["job"]["source"], params["job"]["target"]):
        end["path"]["path"] = posixpath.normpath(end["path"]["path"])


def _followed(params: dict[str, Any]) -> None:
    for end in (params["job"]["source"], params["job"]["target"]):
        for link, target in (("/srv/users/way", "/srv"), ("/srv/users/inner/way", "/srv/documents")):
            end["path"]["path"] = end["path"]["path"].replace(link, target)


# The whole disk is below this RootPath.
UNCONFINED = asked_otherwise(
    "listener.start", lambda params: params["settings"]["root_path"].update(path="/")
)
FOLLOWED = asked_otherwise("client.start", _followed)
RESOLVED = asked_otherwise("client.start", _resolved)
TRIPPED = done_besides(
    "client.wait", "fs.plant", **changed_file("far", "/srv/documents", **{"mine.txt": "touched"})
)
# Only a time has changed, of a file or of the folder in which somebody has been.
TOUCHED = done_besides(
    "client.wait", "fs.plant", **changed_file("far", "/srv/documents", **{"mine.txt": "do not touch"})
)
BEEN_THERE = (
    done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/users.1")),
    done_besides("client.wait", "fs.remove", machine="far", path={"style": "posix", "path": "/srv/users.1"}),
)
ELSEWHERE = asked_otherwise(
    "client.start", lambda params: params["job"]["target"]["path"].update(path="D:\\Docs")
)
MADE = done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/users/srv/documents"))
EMPTIED = done_besides(
    "client.wait",
    "fs.remove",
    machine="near",
    path={"style": "posix", "path": "/srv/data/changed.txt"},
)


THROUGH = asked_otherwise(
    "client.start",
    lambda params: [
        end["path"].update(path=end["path"]["path"].replace("\\users\\way", ""))
        for end in (params["job"]["source"], params["job"]["target"])
    ],
)
TRIPPED_ON_WINDOWS = done_besides(
    "client.wait", "fs.plant", **changed_file("far", "C:\\srv\\documents", **{"mine.txt": "touched"})
)


LOOKED_BESIDE = told_otherwise("fs.looked_at", lambda told: told["paths"].append("secret.txt"))
SEEN_NOWHERE = told_otherwise("fs.looked_at", lambda told: told["paths"].clear())


@pytest.mark.parametrize("id", ids_of(root_path))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "faults", "complaint"),
    [
        (
            "below-it-a-path-is-used-in-place",
            [TRIPPED],
            "what is outside the RootPath: documents/mine.txt is {",
        ),
        ("above-it-a-folder-is-made-again-below", [UNCONFINED], "what was made: is not there"),
        (
            "above-it-a-folder-is-made-again-below",
            [TOUCHED],
            "what is outside the RootPath: documents/mine.txt is {",
        ),
        (
            "above-it-a-folder-is-made-again-below",
            [*BEEN_THERE],
            "what is outside the RootPath: . is {'kind': 'folder', 'time': ",
        ),
        ("example-of-the-guide", [UNCONFINED], "what was made: is not there"),
        ("a-sibling-is-neither-listed-nor-read", [UNCONFINED], "the run: 'converged', expected 'failed'"),
        (
            "mapped-source-that-is-missing-is-an-error",
            [EMPTIED],
            "the folder of the client: changed.txt is missing",
        ),
        (
            "link-below-it-is-not-followed",
            [UNCONFINED, FOLLOWED],
            "a push to /srv/users/way/documents: 'converged', expected 'failed'",
        ),
        (
            "link-in-the-target-is-replaced",
            [TRIPPED],
            "what is outside the RootPath: documents/mine.txt is {",
        ),
        (
            "hostile-spellings-are-refused",
            [RESOLVED],
            "the run with /srv/users/../documents: 'converged', expected 'failed'",
        ),
        (
            "root-that-is-no-folder-is-refused",
            [UNCONFINED],
            "the refusal of file.txt: 'none', expected 'ROOT_PATH_INVALID'",
        ),
        (
            "nothing-beside-it-is-looked-at",
            [LOOKED_BESIDE],
            "what was looked at beside it: ['secret.txt'], exp",
        ),
        ("nothing-beside-it-is-looked-at", [SEEN_NOWHERE], "what it served was not looked at: ()"),
        ("windows-finds-it-in-any-case", [ELSEWHERE], "what is below it: CHANGED.TXT is there"),
        ("nothing-is-made-before-a-run-begins", [MADE], "the folder after a run that could not begin: {}"),
        ("job-above-it-stays-in-one-piece", [UNCONFINED], "what was made: is not there"),
        (
            "file-with-a-name-outside-is-replaced",
            [TRIPPED],
            "what is outside the RootPath: documents/mine.txt is {",
        ),
        (
            "folder-becomes-a-link-during-the-run",
            [TRIPPED],
            "what is outside the RootPath: documents/mine.txt is {",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, faults: list[Fault], complaint: str) -> None:
    assert played(f"root-path-{id}", *faults).message.startswith(complaint)


def warning(text: str, first: int, last: int) -> Fault:
    """Who runs a job is warned, from one job on up to another one."""

    def fault(operations: Operations) -> dict[str, Operation]:
        numbers = count(1)

        def wait(params: Fields) -> Fields:
            told = operations["client.wait"](params)
            told["warnings"] += [text] if first <= next(numbers) <= last else []
            return told

        return {"client.wait": wait}

    return fault


@pytest.mark.parametrize(
    ("faults", "complaint"),
    [
        ([warning("two jobs", 2, 2)], ""),
        ([warning("no key", 1, 3), warning("two jobs", 2, 2)], ""),
        ([warning("no key", 1, 3)], "nobody was warned"),
        ([warning("a second job", 2, 3)], "a job that lies elsewhere was warned, too"),
    ],
)
def test_only_a_warning_of_the_job_that_meets_another_one_is_asked_for(
    faults: list[Fault], complaint: str
) -> None:
    assert played("root-path-two-jobs-that-map-to-one-place-are-told", *faults).message == complaint
