"""The scenarios of byte-level replication: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import byte_level
from tests.conformance.scenarios.playing import (
    Fault,
    asked_otherwise,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)

# It knows the setting, and sends whole files all the same.
WHOLE_FILES = asked_otherwise("client.start", lambda params: params["job"].pop("block_level", None))
FEW_BYTES = told_otherwise("client.wait", lambda told: told.update(bytes_wire=20_000))


def _breaks_nothing(params: dict[str, Any]) -> None:
    params["after_bytes"] = 10**9


@pytest.mark.parametrize("id", ids_of(byte_level))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "faults", "complaint"),
    [
        ("small-edit-is-small-in-a-push", [WHOLE_FILES], "bytes travelled for 16 new ones in 4000000"),
        ("whole-file-without-it", [FEW_BYTES], "only 20000 bytes travelled"),
        (
            "file-is-exchanged-at-the-end",
            [WHOLE_FILES, asked_otherwise("net.fault", _breaks_nothing)],
            "the run: 'converged', expected 'failed'",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, faults: list[Fault], complaint: str) -> None:
    assert complaint in played(f"byte-level-{id}", *faults).message


@pytest.mark.parametrize("id", ["every-edit-arrives", "file-is-exchanged-at-the-end"])
def test_what_whole_files_do_as_well_passes_with_them(id: str) -> None:
    assert played(f"byte-level-{id}", WHOLE_FILES).message == ""
