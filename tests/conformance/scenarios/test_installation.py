"""The scenarios of services and settings, which psync does not have: an imitation passes them, and fails with a fault."""

import pytest

from conformance.scenario import REGISTERED
from conformance.scenarios import installation
from tests.conformance.scenarios.installer import Installer
from tests.conformance.scenarios.playing import played

IDS = [one.id for one in REGISTERED.values() if one.play.__module__ == installation.__name__]


@pytest.mark.parametrize("id", IDS)
def test_an_installer_that_does_as_it_should_passes(id: str) -> None:
    assert played(id, Installer().operations).message == ""


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("service-comes-and-goes", "absent", "it is not found"),
        ("service-comes-and-goes", "stays", "it is still there"),
        ("service-comes-and-goes", "forgets", "the port that stays: None, expected 7400"),
        ("flags-of-the-guide-do-it-too", "flagless", "it is not found after /install"),
        ("flags-of-the-guide-do-it-too", "stays", "it is still there after /uninstall"),
        ("service-is-found-under-its-name", "nameless", "the name: '', expected 'A Listener Service'"),
        ("service-is-found-under-its-name", "stays", "the name afterwards: 'A Listener Service', expected"),
        ("service-that-runs-is-not-half-removed", "half", "it was taken out and runs"),
        ("service-that-runs-is-not-half-removed", "idle", "the service does not run"),
        ("settings-are-saved-whole", "loses", "the settings: {'port': 7400, 'cpu': None}, expected "),
        ("settings-are-saved-whole", "menu", "the settings: {'port': 7400, 'cpu': 'High'}, expected "),
        ("settings-are-saved-whole-or-not-at-all", "torn", "the settings before change 1: {'port': 7401, "),
        ("root-that-is-none-is-not-saved", "any-root", "a relative path is saved as RootPath"),
        (
            "root-that-is-none-is-not-saved",
            "takes-others",
            "the settings after a relative path: {'port': 7401",
        ),
        ("path-that-is-incomplete-is-not-saved", "any-path", "'My Documents' is saved as path on host"),
        ("first-use-asks-for-what-is-missing", "asks", "it names ['host']"),
        ("check-compares-both-sides", "blind", "what differs: (), expected ('port',)"),
    ],
)
def test_one_that_does_otherwise_fails_for_it(id: str, fault: str, complaint: str) -> None:
    assert played(f"installation-{id}", Installer(fault).operations).message.startswith(complaint)


def test_psync_cannot_be_asked_yet() -> None:
    assert played("installation-check-compares-both-sides").state == "unsupported"
