"""The scenarios of changed bits: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import tampering
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

FIRST = "with byte 0 from near to far changed"
FIRST_BACK = "with byte 0 from far to near changed"


def _back_only(params: dict[str, Any]) -> None:
    """What goes from `near` to `far` arrives as it was sent, since the bit lies behind its end."""
    if params["between"] == ["near", "far"]:
        params["after_bytes"] = 10**9


def falsified(machine: str, folder: str) -> Fault:
    return done_besides("client.wait", "fs.plant", **changed_file(machine, folder, large="half of it"))


def lost(machine: str, path: str) -> Fault:
    return done_besides("client.wait", "fs.remove", machine=machine, path={"style": "posix", "path": path})


UNNOTICED = asked_otherwise("net.fault", lambda params: params.update(after_bytes=10**9))
NO_TEXTS = told_otherwise("client.wait", lambda told: told["messages"].clear())


@pytest.mark.parametrize("id", ids_of(tampering))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("push", UNNOTICED, f"the run {FIRST}: 'converged', expected 'failed'"),
        ("push", NO_TEXTS, f"the messages of the run {FIRST}: (), expected ('Could not initialize target "),
        ("push", falsified("far", "/srv/backup"), f"the target {FIRST}: large is {{"),
        ("push", lost("far", "/srv/backup/large"), f"the target {FIRST}: has only ['sub', 'sub/small']"),
        ("pull", UNNOTICED, f"the run {FIRST_BACK}: 'converged', expected 'failed'"),
        ("pull", NO_TEXTS, f"the messages of the run {FIRST_BACK}: (), expected ('Could not initialize sour"),
        ("pull", falsified("near", "/srv/data"), f"the folder of the client {FIRST_BACK}: large is {{"),
        (
            "pull",
            asked_otherwise("net.fault", _back_only),
            f"the run {FIRST}: 'converged', expected 'failed'",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"tampering-bit-of-a-{id}", fault).message.startswith(complaint)
