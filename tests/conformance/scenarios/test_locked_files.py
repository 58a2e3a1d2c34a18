"""The scenarios of locked files: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import locked_files
from tests.conformance.scenarios.playing import (
    Fault,
    ids_of,
    is_as_expected,
    left_undone,
    played,
    told_otherwise,
)


def _listed(told: dict[str, Any]) -> None:
    told["messages"] = [f"{text} (Added To Retry List)..." for text in told["messages"]]


def _by_actual_path(told: dict[str, Any]) -> None:
    told["messages"] = [text.replace("D:\\", "C:\\srv\\D\\") for text in told["messages"]]


@pytest.mark.parametrize("id", ids_of(locked_files))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        (
            "locked-file-is-told-and-the-job-goes-on",
            left_undone("fs.lock"),
            "the run: 'converged', expected 'partial'",
        ),
        (
            "locked-file-is-told-and-the-job-goes-on",
            told_otherwise("client.wait", lambda told: told["messages"].clear()),
            "the messages are ()",
        ),
        (
            "suffix-stands-only-on-the-retry-list",
            told_otherwise("client.wait", _listed),
            "the messages: ('PSListener responded with - Update Failure [LockFiles]",
        ),
        (
            "path-is-told-as-it-was-asked",
            told_otherwise("client.wait", _by_actual_path),
            "the messages: ('PSListener responded with - Update Failure [LockFiles] Error Opening Handle: "
            "C:\\\\srv\\\\D\\\\Target",
        ),
        (
            "locked-file-holds-nobody-up",
            told_otherwise("client.wait", lambda told: told["problems"].extend(told["problems"])),
            "how many problems are told: 2, expected 1",
        ),
        ("next-run-settles-it", left_undone("fs.unlock"), "the next run: 'partial', expected 'converged'"),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"locked-files-{id}", fault).message.startswith(complaint)
