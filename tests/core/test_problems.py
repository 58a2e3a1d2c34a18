"""Trouble with one entry: every code has words, and says whether it counts and whether to try again."""

import pytest

from psync.core.problems import (
    NOTICES,
    PROBLEM_TEXTS,
    RETRYABLE,
    Problem,
    ProblemCode,
    entries_not_sent,
    files_not_sent,
)


def test_every_code_has_its_words():
    assert set(PROBLEM_TEXTS) == set(ProblemCode)


def test_what_is_no_failure_needs_no_second_attempt():
    assert NOTICES.isdisjoint(RETRYABLE)


PROBLEMS = {
    "words alone": (Problem((b"a",), ProblemCode.PERMISSION), "permission denied", False, False),
    "words and the system's": (
        Problem((b"a",), ProblemCode.IO_ERROR, "Input/output error"),
        "the disk reported an error (Input/output error)",
        False,
        True,
    ),
    "open elsewhere": (
        Problem((b"a",), ProblemCode.LOCKED),
        "The process cannot access the file because it is being used by another process",
        False,
        True,
    ),
    "a notice": (
        Problem((b"a",), ProblemCode.SPECIAL_FILE),
        "fifos, sockets and devices are not replicated",
        True,
        False,
    ),
}


@pytest.mark.parametrize(("problem", "text", "notice", "retryable"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_problem_says_what_it_is(problem: Problem, text: str, notice: bool, retryable: bool):
    assert (problem.text, problem.is_notice, problem.is_retryable) == (text, notice, retryable)


def test_what_was_not_sent_is_said_with_its_cause_and_its_number():
    told = [files_not_sent(3), entries_not_sent((b"a",), ProblemCode.PERMISSION, 7)]

    assert [(problem.path, problem.text) for problem in told] == [
        ((), "the target is full (3 files not sent)"),
        ((b"a",), "permission denied (entries below it not sent: 7)"),
    ]


def test_an_operator_knows_a_locked_file_by_its_documented_tag():
    tags = {code: Problem((b"a",), code).tag for code in (ProblemCode.LOCKED, ProblemCode.CONFLICT)}

    assert tags == {ProblemCode.LOCKED: "LockFiles", ProblemCode.CONFLICT: "CONFLICT"}
