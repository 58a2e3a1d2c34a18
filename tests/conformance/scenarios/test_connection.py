"""The scenarios of ports and failed connections: what comes of them, and by what they tell another target."""

from typing import Any

import pytest

from conformance.scenarios import connection
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


def _shown_by_address(told: dict[str, Any]) -> None:
    told["messages"] = [text.replace("far", "10.0.0.2") for text in told["messages"]]


def _tried_the_default(params: dict[str, Any]) -> None:
    params["job"]["target"]["port"] = None


@pytest.mark.parametrize("id", ids_of(connection))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        (
            "default-port",
            asked_otherwise("listener.start", lambda params: params["settings"].update(port=7334)),
            "the run: 'failed', expected 'converged'",
        ),
        (
            "one-port-carries-all",
            told_otherwise("listener.state", lambda told: told["ports"].append(7401)),
            "the ports of the listener: [7400, 7401], expected [7400]",
        ),
        (
            "client-has-another-port",
            asked_otherwise("client.start", _tried_the_default),
            "the run: 'converged', expected 'failed'",
        ),
        (
            "listener-has-another-port",
            asked_otherwise("listener.start", lambda params: params["settings"].pop("port", None)),
            "the run: 'converged', expected 'failed'",
        ),
        (
            "machine-name-is-shown-as-typed",
            told_otherwise("client.wait", _shown_by_address),
            "the messages: ('Could not initialize target device: TCP:\\\\\\\\10.0.0.2",
        ),
        (
            "odd-job-name-is-told-as-it-is",
            asked_otherwise("client.start", lambda params: params["job"].update(name="Taglich")),
            "the messages: (",
        ),
        (
            "one-attempt-is-told-once",
            told_otherwise("client.wait", lambda told: told["messages"].extend(told["messages"])),
            "the messages: (",
        ),
        (
            "link-lost-in-the-middle",
            done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/backup", large="half")),
            "the target: large is {",
        ),
        (
            "network-is-silent",
            told_otherwise("client.wait", lambda told: told.update(state="running")),
            "the run: 'running', expected 'failed'",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"connection-{id}", fault).message.startswith(complaint)
