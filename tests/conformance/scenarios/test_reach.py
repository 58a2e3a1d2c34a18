"""The scenarios of far networks and odd names: what comes of them, and by what they tell another target."""

import pytest

from conformance.scenarios import reach
from conformance.scenarios.encryption import KEY
from tests.conformance.scenarios.playing import (
    Fault,
    Fields,
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
GIVES_UP = told_otherwise("client.wait", lambda told: told.update(state="failed"))
MORE_THAN_IT = done_besides("client.wait", "fs.plant", **changed_file("near", "/srv/back", more="x"))
MORE_HERE = done_besides("client.wait", "fs.plant", **changed_file("near", "/srv/data", more="x"))
TELLS_NOTHING = told_otherwise("client.wait", lambda told: told["problems"].clear())
NEVER = asked_otherwise("net.fault", lambda params: params.update(after_bytes=10**9))
ANY_KEY = asked_otherwise("client.start", lambda params: _with_the_right_key(params["job"]))


NO_KEY = asked_otherwise("client.start", lambda params: params["job"].pop("user", None))


def _with_the_right_key(job: Fields) -> None:
    job.update(KEY)


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
        ("far-networks", CALLS_BACK, "who was called over 1 ms: {"),
        ("far-networks", ANY_KEY, "the messages of another key over 1 ms: (), expected ("),
        ("far-networks", MORE_THAN_IT, "what has come back over 1 ms: more is there, and should not be"),
        (
            "networks-that-lose-packets",
            GIVES_UP,
            "the run over 50 ms and 1% of the packets lost: 'failed', expec",
        ),
        (
            "network-that-fails-now-and-then",
            NEVER,
            "the run after 100000 bytes: 'converged'",
        ),
        ("network-that-fails-now-and-then", GIVES_UP, "the last run: 'failed', expected 'converged'"),
        ("addresses-are-translated", CALLS_BACK, "who was called: {"),
        (
            "addresses-are-translated",
            NO_KEY,
            "the run with a key that the listener has not: 'converged', expected 'failed'",
        ),
        (
            "name-that-is-too-long",
            told_otherwise("client.wait", lambda told: told.update(state="failed")),
            "the run to a name that is as long as it may be: 'failed', expected 'converged'",
        ),
        ("source-that-nobody-may-read", left_undone("fs.deny"), "the run: 'converged', expected 'partial'"),
        ("folder-that-nobody-may-list", left_undone("fs.deny"), "the push: 'converged', expected 'partial'"),
        ("folder-that-nobody-may-list", MORE_HERE, "the target of the client: more is there"),
        ("folder-that-nobody-may-list", TELLS_NOTHING, "what the push tells: [], expected ['sub']"),
        ("source-of-which-nothing-may-be-read", left_undone("fs.deny"), "the push tells of no trouble"),
        ("source-of-which-nothing-may-be-read", MORE_HERE, "the target of the client: more is there"),
        (
            "file-behind-a-listener-that-nobody-may-read",
            TELLS_NOTHING,
            "what is told: [], expected ['secret.txt']",
        ),
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
