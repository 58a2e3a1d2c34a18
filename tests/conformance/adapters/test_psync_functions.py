"""psync's own functions, as the suite asks for them."""

from typing import Any

import pytest

from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Refusal, Unsupported

ROOT = {"style": "windows", "path": "C:\\Backup\\Users\\Admin"}


def windows(path: str) -> dict[str, str]:
    return {"style": "windows", "path": path}


ANSWERED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "below a root": (
        "map",
        {"root": ROOT, "host": "windows", "path": windows("C:\\Backup\\My Documents")},
        {"path": "C:\\Backup\\Users\\Admin\\C\\Backup\\My Documents"},
    ),
    "without a root": (
        "map",
        {"root": None, "host": "windows", "path": windows("C:\\x")},
        {"path": "C:\\x"},
    ),
    "not over TCP": (
        "map",
        {"root": ROOT, "host": "windows", "path": windows("D:\\x"), "mode": "local"},
        {"path": "D:\\x"},
    ),
    "no port": ("validate_config", {"field": "port", "value": None}, {"value": 7333}),
    "a port": ("validate_config", {"field": "port", "value": "1024"}, {"value": 1024}),
    "no host": ("validate_config", {"field": "host", "value": None}, {"value": "127.0.0.1"}),
    "no root": ("validate_config", {"field": "root_path", "value": None}, {"value": None}),
    "a path": ("validate_config", {"field": "path_on_host", "value": "/srv/a b"}, {"value": "/srv/a b"}),
    "an address": (
        "parse_address",
        {"text": "tcp://far:7400/srv", "here": "posix"},
        {"kind": "tcp", "host": "far", "port": 7400, "path": {"style": "posix", "path": "/srv"}},
    ),
    "a local path": (
        "parse_address",
        {"text": "/srv", "here": "posix"},
        {"kind": "local", "path": "/srv"},
    ),
    "a display form": (
        "format_uri",
        {"host": "190.186.170.170", "path": windows("C:\\Testing")},
        {"uri": "TCP:\\\\190.186.170.170\\c$\\Testing"},
    ),
    "no key": ("derive_key", {"user": None, "password": ""}, {"key": b"psync/1 unkeyed".hex()}),
}


@pytest.mark.parametrize(("op", "params", "expected"), ANSWERED.values(), ids=ANSWERED)
def test_it_is_answered(op: str, params: dict[str, Any], expected: dict[str, Any]) -> None:
    assert FUNCTIONS[op](params) == expected


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "up": ("map", {"root": ROOT, "host": "windows", "path": windows("C:\\a\\..\\b")}, "DOTDOT"),
    "a foreign path": (
        "map",
        {"root": None, "host": "posix", "path": windows("C:\\x")},
        "FOREIGN",
    ),
    "a port with a space": ("validate_config", {"field": "port", "value": " 7333"}, "PORT_INVALID"),
    "a host": ("validate_config", {"field": "host", "value": "a b"}, "ADDRESS_INVALID"),
    "a root": (
        "validate_config",
        {"field": "root_path", "value": "x", "host": "windows"},
        "ROOT_PATH_INVALID",
    ),
    "a setting that is not built": ("validate_config", {"field": "cpu", "value": "High"}, "SETTING_UNKNOWN"),
    "a path": ("validate_config", {"field": "path_on_host", "value": "x"}, "PATH_REFUSED"),
    "an address": ("parse_address", {"text": "tcp:far", "here": "posix"}, "ADDRESS_INVALID"),
}


@pytest.mark.parametrize(("op", "params", "code"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_by_its_code(op: str, params: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        FUNCTIONS[op](params)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            {"message": "device", "role": "source", "uri": "x"},
            "Could not initialize source device: x...",
        ),
        (
            {"message": "connection_failure", "uri": "x", "job": "j", "retry_scheduled": True},
            "Connection Failure: x - Job: j (Connection Retry is Enabled!)...",
        ),
        (
            {"message": "locked", "path": "C:\\a", "on_retry_list": False},
            "PSListener responded with - Update Failure [LockFiles] Error Opening Handle: C:\\a "
            "(The process cannot access the file because it is being used by another process)",
        ),
    ],
)
def test_a_message_is_made_as_psync_makes_it(message: dict[str, Any], expected: str) -> None:
    assert FUNCTIONS["format_message"](message) == {"text": expected}


def test_a_message_that_there_is_not_is_no_failure_of_psync() -> None:
    with pytest.raises(Unsupported, match="psync has no message 'other'"):
        FUNCTIONS["format_message"]({"message": "other"})
