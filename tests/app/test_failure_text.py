"""What an operator reads when something failed."""

import pytest

from psync.app.failure_text import connection_lines, defect_lines, failure_lines, locked_text, refusal_lines
from psync.core.errors import ConnectRefused, KeyMismatch, SourceMissing, locked_file_text
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import ConnectionFailed, ProblemFound, RunRefused

URI = r"TCP:\\190.186.170.170\c$\Testing"


def test_a_path_stands_as_it_was_typed():
    failure = SourceMissing(path=r"C:\My Documents\it's")

    assert failure_lines(failure)[0] == (
        r"Error: SOURCE_MISSING: The source folder 'C:\My Documents\it's' does not exist."
    )


def test_a_failure_names_the_thing_and_the_remedy():
    assert failure_lines(SourceMissing(path="/srv\n")) == [
        r"Error: SOURCE_MISSING: The source folder '/srv\n' does not exist.",
        "Remedy: Check the path. A missing source is never treated as an empty folder.",
    ]


@pytest.mark.parametrize(
    ("role", "is_retry_scheduled", "first", "second"),
    [
        pytest.param(
            "target",
            True,
            rf"Could not initialize target device: {URI}...",
            rf"Connection Failure: {URI} - Job: Replication (Connection Retry is Enabled!)...",
            id="the guide's own example",
        ),
        pytest.param(
            "source",
            False,
            rf"Could not initialize source device: {URI}...",
            rf"Connection Failure: {URI} - Job: Replication",
            id="a source, and no further attempt",
        ),
    ],
)
def test_the_documented_texts_come_first_then_cause_and_remedy(
    role: str, is_retry_scheduled: bool, first: str, second: str
):
    event = ConnectionFailed(role, URI, "Replication", KeyMismatch(host="h"), is_retry_scheduled)

    assert connection_lines(event) == [
        first,
        second,
        "Cause: KEY_MISMATCH: The listener at h has another key.",
        f"Remedy: {KeyMismatch.remedy}",
    ]


def test_a_listener_that_refuses_its_folder_is_named_first():
    refused = RunRefused(SourceMissing(path="/x"), "source", "TCP:\\\\nas\\x\n")

    assert refusal_lines(refused) == [
        r"Could not initialize source device: TCP:\\nas\x\n...",
        *failure_lines(SourceMissing(path="/x")),
    ]


def test_a_refusal_of_this_machine_is_an_error_and_its_remedy():
    failure = SourceMissing(path="/x")

    assert refusal_lines(RunRefused(failure)) == failure_lines(failure)


def test_names_of_others_are_escaped_in_every_line():
    cause = ConnectRefused(host="\x1b", port=7333, reason="\u202e")

    lines = connection_lines(ConnectionFailed("target", "\x1b]0;x\x07", "job\n", cause, False))

    assert lines[:3] == [
        r"Could not initialize target device: \x1b]0;x\x07...",
        r"Connection Failure: \x1b]0;x\x07 - Job: job\n",
        r"Cause: CONNECT_REFUSED: Nothing accepts connections at \x1b port 7333 (\u202e).",
    ]


def _raised() -> ValueError:
    try:
        raise ValueError("hunter2\x1b")
    except ValueError as error:
        return error


def test_a_defect_is_one_line_that_names_the_place_and_not_the_message():
    (line,) = defect_lines(_raised(), details=False)

    assert line.startswith("psync: internal error: ValueError at ")
    assert "tests/app/test_failure_text.py:" in line
    assert "PSYNC_DEBUG=1" in line
    assert "hunter2" not in line


def test_a_defect_shows_its_traceback_when_asked_for():
    lines = defect_lines(_raised(), details=True)

    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-2] == r"ValueError: hunter2\x1b"
    assert all(map(str.isprintable, lines))


@pytest.mark.parametrize(
    ("code", "path", "has_text"),
    [
        pytest.param(ProblemCode.LOCKED, "C:\\x\\a\n", True, id="open at a listener"),
        pytest.param(ProblemCode.LOCKED, "", False, id="open here"),
        pytest.param(ProblemCode.PERMISSION, "C:\\x\\a\n", False, id="another problem"),
    ],
)
def test_only_a_file_that_is_open_at_a_listener_has_a_documented_text(code, path: str, has_text: bool):
    text = locked_text(ProblemFound(Problem((b"a",), code), path))

    assert text == (locked_file_text(path, is_on_retry_list=False) if has_text else "")
