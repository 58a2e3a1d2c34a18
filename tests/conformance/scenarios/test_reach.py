"""The scenarios of far networks and odd names: what comes of them, and by what they tell another target."""

import pytest

from conformance.scenarios import reach
from tests.conformance.scenarios.playing import (
    Fault,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    left_undone,
    played,
    told_otherwise,
)

CALLS_BACK = told_otherwise(
    "net.connections", lambda told: told["attempts"].append({"machine": "near", "port": 7333})
)
UNCONFINED = asked_otherwise(
    "listener.start", lambda params: params["settings"]["root_path"].update(path="/")
)


@pytest.mark.parametrize("id", ids_of(reach))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("far-networks", CALLS_BACK, "who was called: {"),
        ("source-that-nobody-may-read", left_undone("fs.deny"), "the run: 'converged', expected 'partial'"),
        (
            "long-and-composed-names",
            told_otherwise("fs.tree", lambda told: told["entries"].pop("cafe\u0301.txt")),
            "the target: cafe\u0301.txt is missing",
        ),
        (
            "name-that-is-too-long",
            done_besides("fs.plant", "fs.plant", **changed_file("far", "/srv/backup", made="x")),
            "the target: made is there, and should not be",
        ),
        ("share-is-mapped-too", UNCONFINED, "what was made: changed.txt is None, expected {"),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"reach-{id}", fault).message.startswith(complaint)
