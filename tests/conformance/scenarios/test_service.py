"""The scenarios of listeners' lives: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import service
from tests.conformance.scenarios.installer import Installer
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


def _knows_who_has_his_port(params: dict[str, Any]) -> None:
    params["settings"]["instance"] = f"port-{params['settings'].get('port')}"


def _knows_who_has_his_version(params: dict[str, Any]) -> None:
    params["settings"]["instance"] = params["settings"].get("version", "")


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
            "a second listener at the same port runs",
        ),
        (
            "second-listener-is-refused",
            asked_otherwise("listener.start", _knows_who_has_his_port),
            "a second listener at another port runs",
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
            "listener-of-a-later-version-is-refused",
            asked_otherwise("listener.start", _knows_who_has_his_version),
            "the refusal at the same port: 'ADDRESS_IN_USE', expected 'DUPLICATE_LISTENER'",
        ),
        (
            "listener-of-a-later-version-is-refused",
            asked_otherwise("listener.start", _knows_who_has_his_port),
            "a second listener at another port runs",
        ),
        (
            "listener-of-a-later-version-is-refused",
            told_otherwise("listener.start", lambda told: told.update(pid=0)),
            "the owner that is named at the same port: ",
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


# Those that need a service, or settings that are saved.
INSTALLED = (
    "service-and-application-are-two",
    "application-keeps-the-service-out",
    "settings-count-from-the-next-start-on",
    "saving-disturbs-no-run",
    "saving-a-job-disturbs-no-run",
)


@pytest.mark.parametrize("id", INSTALLED)
def test_who_has_a_service_and_saves_settings_passes(id: str) -> None:
    assert played(f"service-{id}", Installer().operations).message == ""


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("service-and-application-are-two", "idle", "the service does not run"),
        ("service-and-application-are-two", "always", "a second listener at the same port runs"),
        ("service-and-application-are-two", "beside", "a second listener at the same port runs"),
        ("application-keeps-the-service-out", "idle", "the service does not run"),
        ("application-keeps-the-service-out", "always", "the service runs beside the application"),
        ("settings-count-from-the-next-start-on", "hot", "the run with the old settings: 'failed'"),
        ("settings-count-from-the-next-start-on", "stale", "the port after a restart: 7333, expected 7400"),
        ("settings-count-from-the-next-start-on", "port-only", "the run with the old key: 'converged'"),
        ("settings-count-from-the-next-start-on", "root", "the target below the new RootPath: is not there"),
        ("saving-disturbs-no-run", "ends", "the listener has ended"),
        ("saving-a-job-disturbs-no-run", "follows", "what is at the new target: {"),
        ("saving-disturbs-no-run", "hot", "its ports: [7400], expected [7333]"),
    ],
)
def test_a_service_that_does_otherwise_fails_for_it(id: str, fault: str, complaint: str) -> None:
    assert played(f"service-{id}", Installer(fault).operations).message.startswith(complaint)


def _kills_nobody(params: dict[str, Any]) -> None:
    params["before_change"] = 10_000


@pytest.mark.parametrize("id", ["killed-before-each-change", "killed-before-some-changes"])
@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (
            done_besides("listener.kill", "fs.plant", **changed_file("far", "/srv/backup", exchanged="half")),
            "the target when killed before change ",
        ),
        (asked_otherwise("listener.kill", _kills_nobody), "it was killed before no change"),
        (
            done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/backup", left="over")),
            "the target before change ",
        ),
    ],
)
def test_who_leaves_anything_else_when_killed_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"service-{id}", fault).message.startswith(complaint)
