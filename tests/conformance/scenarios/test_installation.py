"""The scenarios of services and settings, which psync does not have: a small installer passes them, and fails with a fault."""

from typing import Any

import pytest

from conformance.adapters.serving import Operation, Refusal
from conformance.scenario import REGISTERED
from conformance.scenarios import installation
from tests.conformance.scenarios.playing import Fault, Operations, played

Fields = dict[str, Any]

IDS = [one.id for one in REGISTERED.values() if one.play.__module__ == installation.__name__]


class Installer:
    """A machine's service and settings. `faults`: what it does wrongly, each by a word."""

    def __init__(self, *faults: str) -> None:
        self._faults = faults
        self._settings: Fields = {}
        self._is_installed = self._is_running = False

    def operations(self, _others: Operations) -> dict[str, Operation]:
        """What it serves."""
        return {
            "service.install": self._install,
            "service.start": self._start,
            "service.state": self._state,
            "service.uninstall": self._uninstall,
            "listener.configure": self._configure,
            "listener.settings": lambda params: self._settings,
            "client.first_use": lambda params: {
                "missing": ["host"] if self._has("asks") else ["host", "path"]
            },
            "client.check": lambda params: {"differs": [] if self._has("blind") else ["port"]},
        }

    def _has(self, fault: str) -> bool:
        return fault in self._faults

    def _install(self, params: Fields) -> Fields:
        self._is_installed = True
        return self._configure(params)

    def _start(self, params: Fields) -> Fields:
        self._is_running = True
        return {}

    def _state(self, params: Fields) -> Fields:
        return {"installed": self._is_installed, "running": self._is_running}

    def _uninstall(self, params: Fields) -> Fields:
        if self._is_running and not self._has("half"):
            raise Refusal("SERVICE_RUNNING")
        self._is_installed = self._has("stays")
        self._settings = {} if self._has("forgets") else self._settings
        return {}

    def _configure(self, params: Fields) -> Fields:
        first = dict(list(params["settings"].items())[:1])
        self._settings |= first if self._has("loses") else params["settings"]
        return {}


@pytest.mark.parametrize("id", IDS)
def test_an_installer_that_does_as_it_should_passes(id: str) -> None:
    serves: Fault = (
        _serving if id == "installation-service-that-runs-is-not-half-removed" else Installer().operations
    )

    assert played(id, serves).message == ""


def _serving(operations: Operations) -> dict[str, Operation]:
    """An installer whose service is a listener."""
    served = Installer().operations(operations)

    def start(params: Fields) -> Fields:
        settings = {"root_path": {"style": "posix", "path": "/srv"}}
        operations["listener.start"]({"machine": params["machine"], "name": "service", "settings": settings})
        return served["service.start"](params)

    return {**served, "service.start": start}


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("service-comes-and-goes", "stays", "it is still there"),
        ("service-that-runs-is-not-half-removed", "half", "it was taken out and runs"),
        ("settings-are-saved-whole", "loses", "the settings: {'port': 7400, 'cpu': None}, expected "),
        ("first-use-asks-for-what-is-missing", "asks", "it names ['host']"),
        ("check-compares-both-sides", "blind", "what differs: [], expected ['port']"),
    ],
)
def test_one_that_does_otherwise_fails_for_it(id: str, fault: str, complaint: str) -> None:
    assert played(f"installation-{id}", Installer(fault).operations).message.startswith(complaint)


def test_psync_cannot_be_asked_yet() -> None:
    assert played("installation-check-compares-both-sides").state == "unsupported"
