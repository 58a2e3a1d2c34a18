"""The scenarios of ports and failed connections: what comes of them, and by what they tell another target."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.adapters.serving import Operation
from conformance.scenarios import connection
from conformance.scenarios.connection import NAME
from tests.conformance.scenarios.playing import (
    Fault,
    Fields,
    Operations,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    left_undone,
    played,
    told_otherwise,
)
from tests.conformance.scenarios.reconnecting import SUFFIX, asking_once, reconnecting


def _otherwise(text: str, other: str) -> Callable[[Fields], None]:
    def change(told: Fields) -> None:
        told["messages"] = [message.replace(text, other) for message in told["messages"]]

    return change


def _without(text: str) -> Callable[[Fields], None]:
    return _otherwise(text, "")


_shown_by_address = _otherwise(NAME, "10.0.0.2")


def _tried_the_default(params: dict[str, Any]) -> None:
    params["job"]["target"]["port"] = None


# It says that it has done all, and has done nothing.
def _idle(operations: Operations) -> dict[str, Operation]:
    return {
        "client.start": lambda params: {},
        "client.wait": lambda params: {"state": "converged", "messages": []},
        "net.connections": lambda params: {"attempts": [{"machine": "far", "port": 7333}]},
    }


IDLE: Fault = _idle


def _second_port_meanwhile(operations: Operations) -> dict[str, Operation]:
    """A second port is there while a run is on, and gone afterwards."""
    looks: list[Fields] = []

    def state(params: Fields) -> Fields:
        looks.append(params)
        told = operations["listener.state"](params)
        told["ports"] += [7401] if len(looks) == 1 else []
        return told

    return {"listener.state": state}


SECOND_MEANWHILE: Fault = _second_port_meanwhile
ASKS_ONCE = asking_once({NAME: "far"})


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
            "the ports of the listener during the run: [7400, 7401], expected [7400]",
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
        ("default-port", IDLE, "the target: changed.txt is {"),
        (
            "one-port-carries-all",
            SECOND_MEANWHILE,
            "the ports of the listener during the run: [7400, 7401], ",
        ),
        ("one-port-carries-all", IDLE, "the run: 'converged', expected 'running'"),
        (
            "machine-name-is-shown-as-typed",
            told_otherwise("client.wait", _shown_by_address),
            "the messages: ('Could not initialize target device: TCP:\\\\\\\\10.0.0.2",
        ),
        (
            "machine-name-is-shown-as-typed",
            told_otherwise("format_uri", lambda told: told.update(uri=told["uri"].lower())),
            "the name is shown otherwise than typed: ",
        ),
        ("machine-name-is-shown-as-typed", IDLE, "the target: changed.txt is {"),
        ("name-is-looked-up-for-each-run", ASKS_ONCE, "whom it dialled: [('far', 7333), ('far', 7333)], "),
        ("name-is-looked-up-for-each-run", left_undone("net.name"), "the first run: 'failed', expected "),
        (
            "texts-are-those-of-the-guide",
            told_otherwise("client.wait", _without("...")),
            "the messages of the target: ('Could not initialize target device: TCP:",
        ),
        (
            "texts-are-those-of-the-guide",
            told_otherwise("client.wait", _otherwise("c$", "C$")),
            "the messages of the target: ('Could not initialize target device: TCP:",
        ),
        (
            "texts-are-those-of-the-guide",
            told_otherwise("client.wait", _otherwise("source device", "target device")),
            "the messages of the source: ('Could not initialize target device: TCP:",
        ),
        (
            "link-lost-in-the-middle",
            told_otherwise("client.wait", _otherwise(" - Job: Replication", "")),
            "the messages: (",
        ),
        (
            "network-is-silent",
            told_otherwise("client.wait", lambda told: told["messages"].reverse()),
            "the messages: ('Connection Failure",
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
            "link-lost-in-the-middle-of-a-pull",
            told_otherwise("client.wait", lambda told: told.update(state="partial", messages=[])),
            "the run: 'partial', expected 'failed'",
        ),
        (
            "link-lost-in-the-middle-of-a-pull",
            told_otherwise("client.wait", _otherwise("source", "target")),
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


RETRIES = "connection-retry-is-told-and-done"
BY_NAME = "name-is-looked-up-at-each-retry"
EACH_MINUTE = "connection-is-tried-each-minute"
BACK = "scan-when-the-connection-is-back"

NO_SUFFIX = told_otherwise("client.wait", _without(SUFFIX))
ONLY_THE_TEXT = asked_otherwise(
    "client.start", lambda params: params["job"].update(connection_retry_minutes=60)
)
EACH_TWO_MINUTES = asked_otherwise("client.start", lambda params: _each_two_minutes(params["job"]))


def _each_two_minutes(job: Fields) -> None:
    if job.get("connection_retry_minutes") is None:
        job["connection_retry_minutes"] = 2


@pytest.mark.parametrize("id", [RETRIES, BY_NAME, EACH_MINUTE, BACK])
def test_a_client_that_stays_and_tries_again_passes(id: str) -> None:
    result = played(f"connection-{id}", reconnecting)

    assert (result.state, result.message) == ("pass", "")


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        (RETRIES, NO_SUFFIX, "the messages: ('Could not initialize target device: "),
        (RETRIES, ONLY_THE_TEXT, "the target: changed.txt is {"),
        (BY_NAME, NO_SUFFIX, "the messages: ('Could not initialize target device: "),
        (
            BY_NAME,
            ONLY_THE_TEXT,
            "whom it dialled: [('far', 7333)], expected [('far', 7333), ('spare', 7333)]",
        ),
        (BY_NAME, ASKS_ONCE, "the messages: ('Could not initialize target device: "),
        (EACH_MINUTE, EACH_TWO_MINUTES, "attempts in 200 s with None: 2, expected 4"),
        (BACK, ONLY_THE_TEXT, "the target: changed.txt is {"),
    ],
)
def test_one_that_lacks_a_part_of_it_fails_for_that(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"connection-{id}", reconnecting, fault).message.startswith(complaint)


@pytest.mark.parametrize("id", [RETRIES, BY_NAME, EACH_MINUTE, BACK])
def test_a_client_that_only_takes_the_settings_fails(id: str) -> None:
    ignores = asked_otherwise("client.start", lambda params: params["job"].pop("stays"))

    assert played(f"connection-{id}", ignores).state == "fail"
