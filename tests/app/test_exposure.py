"""What a listener is open to is named, danger by danger."""

import pytest
from msgspec.structs import replace

from psync.app.exposure import exposure_warnings
from psync.engine.events import ListenerReady

READY = ListenerReady(("0.0.0.0", "::"), 7333, "/srv", is_keyed=True, is_read_only=False, is_exposed=True)


@pytest.mark.parametrize(
    ("changes", "dangers"),
    [
        pytest.param({}, [], id="keyed: none"),
        pytest.param({"is_keyed": False, "is_exposed": False}, [], id="unkeyed on loopback: none"),
        pytest.param(
            {"root_path": "/"},
            ["RootPath / confines nothing: clients reach every folder of this machine."],
            id="a root that is no limit",
        ),
        pytest.param(
            {"is_keyed": False},
            [
                "ENCRYPTED BUT NOT AUTHENTICATED, AND NOT ON LOOPBACK: whoever reaches this port can read"
                " and change what is below the RootPath."
            ],
            id="unkeyed, open to others",
        ),
        pytest.param(
            {"is_keyed": False, "is_read_only": True},
            [
                "ENCRYPTED BUT NOT AUTHENTICATED, AND NOT ON LOOPBACK: whoever reaches this port can read"
                " what is below the RootPath."
            ],
            id="unkeyed, open to others, read-only",
        ),
    ],
)
def test_dangers_are_named(changes: dict, dangers: list[str]):
    assert exposure_warnings(replace(READY, **changes)) == dangers
