"""The scenarios of locked files: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.adapters.serving import Operation, Unsupported
from conformance.scenarios import SCENARIOS, locked_files
from conformance.scenarios.locked_files import NEW
from tests.conformance.scenarios.playing import (
    Fault,
    Operations,
    as_real_machines,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    left_undone,
    played,
    told_otherwise,
)
from tests.conformance.scenarios.staying import Staying

# Those that need a client that stays.
LISTED = (
    "retried-on-the-interval",
    "newest-content-is-tried-again",
    "retry-list-survives-a-crash",
    "entry-is-dropped-with-its-source",
    "period-is-set-in-seconds",
    "maximum-of-attempts",
)

# Those that are carried out at each level, on Windows or on machines of another system.
EVERYWHERE = [id for id in ids_of(locked_files) if "P" in SCENARIOS[id].levels]


def _listed(told: dict[str, Any]) -> None:
    told["messages"] = [f"{text} (Added To Retry List)..." for text in told["messages"]]


def _locked(told: dict[str, Any]) -> None:
    for problem in told["problems"]:
        problem["code"] = "LOCKED"


def _by_actual_path(told: dict[str, Any]) -> None:
    told["messages"] = [text.replace("D:\\", "C:\\srv\\D\\") for text in told["messages"]]


@pytest.mark.parametrize("id", ids_of(locked_files))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize("id", EVERYWHERE)
def test_psync_does_so_on_every_system(id: str) -> None:
    result = played(id, as_real_machines)

    assert is_as_expected(result), result.message


def test_a_world_that_was_begun_in_vain_is_ended() -> None:
    def planting(operations: Operations) -> dict[str, Operation]:
        def plant(params: dict[str, Any]) -> dict[str, Any]:
            if params["path"]["style"] == "windows":
                raise Unsupported("no files on Windows")
            return operations["fs.plant"](params)

        return {"fs.plant": plant}

    result = played("locked-files-next-run-settles-it", planting)

    assert result.message == ""
    assert [step.op for step in result.steps if step.op.startswith("world")] == [
        "world.begin",
        "world.end",
    ] * 2


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
        (
            "denied-folder-is-no-locked-file",
            left_undone("fs.deny"),
            "the run: 'converged', expected 'partial'",
        ),
        (
            "denied-folder-is-no-locked-file",
            told_otherwise("client.wait", _locked),
            "the codes of the problems: {'LOCKED'}",
        ),
        ("locked-file-is-not-deleted", left_undone("fs.lock"), "the run: 'converged', expected 'partial'"),
        (
            "locked-file-is-not-deleted",
            told_otherwise("client.wait", lambda told: told["problems"].clear()),
            "the problems: [], expected [('Document.doc', 'LOCKED')]",
        ),
        (
            "locked-file-is-not-deleted",
            told_otherwise("client.wait", lambda told: told["messages"].clear()),
            "the messages: (), expected ('PSListener responded with - Update Failure [LockFiles]",
        ),
        (
            "locked-file-is-not-deleted",
            asked_otherwise("client.start", lambda params: params["job"].pop("delete")),
            "the run: 'converged', expected 'partial'",
        ),
        (
            "locked-file-is-not-deleted",
            done_besides("client.wait", "fs.plant", **changed_file("far", "C:\\srv\\backup", more="x")),
            "the target: more is there, and should not be",
        ),
        (
            "locked-file-of-the-client-blames-no-listener",
            told_otherwise("client.wait", lambda told: told["messages"].append("PSListener responded")),
            "the messages: ('PSListener responded',), expected ()",
        ),
        (
            "locked-file-of-the-client-blames-no-listener",
            done_besides("client.wait", "fs.plant", **changed_file("near", "/srv/data", **NEW)),
            "the folder of the client: Document.doc is {",
        ),
        ("next-run-settles-it", left_undone("fs.unlock"), "the next run: 'partial', expected 'converged'"),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"locked-files-{id}", fault).message.startswith(complaint)


@pytest.mark.parametrize("id", ids_of(locked_files))
def test_who_has_a_retry_list_passes(id: str) -> None:
    assert played(id, Staying().operations).message == ""


@pytest.mark.parametrize("id", EVERYWHERE)
def test_who_has_one_passes_on_every_system(id: str) -> None:
    assert played(id, Staying().operations, as_real_machines).message == ""


@pytest.mark.parametrize("id", LISTED)
def test_who_scans_again_and_has_no_list_fails_since_he_tells_of_none(id: str) -> None:
    message = played(f"locked-files-{id}", Staying("rescans").operations).message

    assert message.startswith("the messages: ")
    assert "(Added To Retry List)..." not in message.partition(", expected ")[0]


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("retried-on-the-interval", "no-list", "the target after it: Document.doc is "),
        ("retried-on-the-interval", "busy", "the target before the interval is over: Document.doc is "),
        ("retried-on-the-interval", "backs-off", "the target after it: Document.doc is "),
        ("newest-content-is-tried-again", "no-list", "the target after it: Document.doc is "),
        ("newest-content-is-tried-again", "stale", "the target after it: Document.doc is "),
        ("retry-list-survives-a-crash", "no-list", "the target: Document.doc is "),
        ("retry-list-survives-a-crash", "memory", "the target: Document.doc is "),
        ("retry-list-survives-a-crash", "scans", "the next client has scanned, and shows no list"),
        ("entry-is-dropped-with-its-source", "no-list", "the target: Letter.doc is "),
        ("entry-is-dropped-with-its-source", "keeps", "the target: Document.doc is "),
        ("period-is-set-in-seconds", "no-list", "the target 2 s after 30 s: Document.doc is "),
        ("period-is-set-in-seconds", "fixed", "the target 2 s before 30 s are over: Document.doc is "),
        ("maximum-of-attempts", "no-list", "the target with a maximum of 2, closed after 1 intervals: "),
        ("maximum-of-attempts", "for-ever", "the target with a maximum of 2, closed after 5 intervals: "),
    ],
)
def test_a_list_that_does_otherwise_fails_for_it_on_every_system(id: str, fault: str, complaint: str) -> None:
    others = (as_real_machines,) if f"locked-files-{id}" in EVERYWHERE else ()

    for more in ((), others):
        message = played(f"locked-files-{id}", Staying(fault).operations, *more).message
        assert message.startswith(complaint)
