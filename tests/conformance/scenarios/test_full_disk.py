"""The scenarios of full disks: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import full_disk
from tests.conformance.scenarios.playing import (
    Fault,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    left_undone,
    played,
    told_otherwise,
)

IDS = ids_of(full_disk)
HALF = done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/backup", large="half"))
HALF_HERE = done_besides("client.wait", "fs.plant", **changed_file("near", "/srv/data", large="half"))
MADE = done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/elsewhere/and/deeper", large="x"))
TORN = done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/backup", **{"file 149": "half"}))


def _locked(told: dict[str, Any]) -> None:
    for problem in told["problems"]:
        problem["code"] = "LOCKED"


def _told_as_lock(told: dict[str, Any]) -> None:
    told["messages"].append("PSListener responded with - Update Failure [LockFiles]")


def _with_errno(told: dict[str, Any]) -> None:
    for problem in told["problems"]:
        problem["reason"] = "No space left on device (errno 28)"


@pytest.mark.parametrize("id", IDS)
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


def test_who_names_the_errno_passes() -> None:
    fault = told_otherwise("client.wait", _with_errno)

    assert played("full-disk-reason-is-the-systems-own", fault).message == ""


@pytest.mark.parametrize("id", IDS)
def test_a_disk_that_is_not_full_shows_nothing(id: str) -> None:
    assert played(id, left_undone("fs.limit")).message.startswith("the run: 'converged', expected '")


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("large-file-does-not-fit", HALF, "the target: large is "),
        ("large-file-does-not-fit", left_undone("fs.unlimit"), "the run with room: 'partial'"),
        ("large-file-does-not-fit", told_otherwise("client.wait", _locked), "the full disk is not told: "),
        (
            "large-file-does-not-fit",
            told_otherwise("client.wait", _told_as_lock),
            "it is told as a file that",
        ),
        ("many-files-do-not-fit", TORN, "the target: file 149 is "),
        ("pulled-file-does-not-fit", HALF_HERE, "the folder of the client: large is "),
        ("folders-of-the-source-do-not-fit", left_undone("fs.unlimit"), "the run with room: "),
        ("folder-structure-does-not-fit", MADE, "the folder that has no room: {"),
        (
            "folder-structure-does-not-fit",
            told_otherwise("client.wait", lambda told: told["causes"].clear()),
            "no cause is told",
        ),
        ("folder-structure-does-not-fit", left_undone("fs.unlimit"), "the run with room: 'failed'"),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"full-disk-{id}", fault).message.startswith(complaint)
