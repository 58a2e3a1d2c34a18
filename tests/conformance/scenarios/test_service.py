"""The scenarios of listeners' lives: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import service
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

HALF = changed_file("far", "/srv/backup", large="half")


def _knows_nobody(params: dict[str, Any]) -> None:
    number = int(params["name"].rpartition(" ")[2])
    params["settings"] |= {"instance": f"own-{number}", "port": 7400 + number}


@pytest.mark.parametrize("id", ids_of(service))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        (
            "second-listener-is-refused",
            asked_otherwise("listener.start", _knows_nobody),
            "a second listener runs",
        ),
        (
            "second-listener-is-refused",
            told_otherwise("listener.state", lambda told: told.update(running=False)),
            "the first one has ended",
        ),
        (
            "listener-of-another-version-is-refused",
            asked_otherwise("listener.start", _knows_nobody),
            "a second listener runs",
        ),
        (
            "wrong-listener-answers",
            asked_otherwise("client.start", lambda params: params["job"].update(password="of long ago")),
            "the messages: (), expected",
        ),
        ("killed-listener-leaves-its-place", left_undone("listener.kill"), "it still runs"),
        (
            "killed-in-the-middle",
            done_besides("listener.kill", "fs.plant", **HALF),
            "the target: large is {",
        ),
        (
            "stopped-in-the-middle",
            done_besides("listener.stop", "fs.plant", **HALF),
            "the target: large is {",
        ),
        (
            "stopped-in-the-middle",
            told_otherwise("listener.stop", lambda told: told.update(end="failed")),
            "the end: 'failed', expected 'clean'",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"service-{id}", fault).message.startswith(complaint)
