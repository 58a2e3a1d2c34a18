"""The scenarios of where programs run: what comes of them, and by what they tell a target that does otherwise."""

import pytest

from conformance.scenarios import topology
from tests.conformance.scenarios.playing import (
    Fault,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)

KEEPS = asked_otherwise("client.start", lambda params: params["job"].pop("delete", None))
FAILS_ALWAYS = told_otherwise("client.wait", lambda told: told.update(state="failed"))
HERE = {"machine": "near", "path": {"style": "posix", "path": "/srv/data/changed.txt"}}


@pytest.mark.parametrize("id", ids_of(topology))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("push", KEEPS, "the target: gone.txt is there, and should not be"),
        ("pull", KEEPS, "the folder of the client: old is there, and should not be"),
        (
            "third-machine",
            done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/copy", new="x")),
            "the target: new is there, and should not be",
        ),
        (
            "nobody-listens",
            done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/backup")),
            "the target: {}, expected None",
        ),
        (
            "nobody-serves-the-source",
            done_besides("client.wait", "fs.remove", **HERE),
            "the folder of the client: changed.txt is missing",
        ),
        ("nobody-listens", FAILS_ALWAYS, "the run once there is one: 'failed', expected 'converged'"),
        (
            "nobody-serves-the-source",
            FAILS_ALWAYS,
            "the run once there is one: 'failed', expected 'converged'",
        ),
        (
            "third-machine",
            done_besides("client.wait", "fs.plant", **changed_file("between", "/srv/other mount", new="x")),
            "what is mounted: new is there, and should not be",
        ),
        (
            "listener-ends-when-told",
            told_otherwise("listener.stop", lambda told: told.update(end="failed")),
            "the end: 'failed', expected 'clean'",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"topology-{id}", fault).message == complaint
