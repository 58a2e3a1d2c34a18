"""A program under test is started, asked and ended; whatever it does instead is told, and never waited for without end."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.target import AdapterTarget, TargetBroken

WELL_BEHAVED = "conformance.adapters.process"
ANSWER_SECONDS = 5.0
HANG_SECONDS = 0.5

# What each misbehaviour is told as.
COMPLAINTS = {
    "hangs": "does not answer to 'hello' (request 1) in time",
    "closes": "ends instead of an answer to 'hello' (request 1); it has ended with exit code 7; "
    "its standard error: no more today",
    "says half of a line": "does not answer to 'hello' (request 1) in time",
    "says no JSON": "answers to 'hello' (request 1) with a line that is none: ",
    "says bytes that are no text": "answers to 'hello' (request 1) with a line that is none: ",
    "says an oversized line": "answers to 'hello' (request 1) with a line of more than 1048576 bytes",
    "says a line without an end": "answers to 'hello' (request 1) with a line of more than 1048576 bytes",
    "answers another request": "answers to 'hello' (request 1) with the id 2",
    "answers in two ways": "an answer is one of ok, rejected, unsupported and error",
    "answers in no way": "an answer is one of ok, rejected, unsupported and error",
    "ends at once": "end",
}


def _misbehaving(how: str) -> list[str]:
    return [sys.executable, "-m", "tests.conformance.misbehaving", how]


@pytest.fixture
def target() -> Iterator[AdapterTarget]:
    with closing(AdapterTarget([sys.executable, "-m", WELL_BEHAVED], "psync")) as target:
        yield target


def test_a_program_answers_one_question_after_the_other(target: AdapterTarget) -> None:
    names = [target.ask("hello", {"protocol": 1}).ok["name"] for _ in range(3)]

    assert names == ["psync"] * 3


def test_a_program_ends_when_its_input_ends(target: AdapterTarget) -> None:
    target.ask("hello", {"protocol": 1})

    target.close()
    target.close()

    with pytest.raises(ValueError, match="closed"):
        target.ask("hello", {"protocol": 1})


@pytest.mark.parametrize(("how", "complaint"), COMPLAINTS.items(), ids=COMPLAINTS)
def test_what_a_program_does_instead_is_told(how: str, complaint: str) -> None:
    seconds = HANG_SECONDS if "in time" in complaint else ANSWER_SECONDS
    begun = time.monotonic()
    with closing(AdapterTarget(_misbehaving(how), "it")) as target, pytest.raises(TargetBroken) as broken:
        target.ask("hello", {"protocol": 1}, seconds)

    assert str(broken.value).startswith("it ")
    assert complaint in str(broken.value)
    assert time.monotonic() - begun < 3 * ANSWER_SECONDS


def test_a_second_answer_that_nobody_asked_for_is_told() -> None:
    with closing(AdapterTarget(_misbehaving("answers twice"), "it")) as target, pytest.raises(TargetBroken):
        _ask_twice(target)


def _ask_twice(target: AdapterTarget) -> None:
    """What nobody asked for may come together with the first answer, or be read instead of the second."""
    for _ in range(2):
        target.ask("hello", {"protocol": 1}, ANSWER_SECONDS)


def test_a_program_that_reads_nothing_is_told() -> None:
    complaint = re.escape("it does not read what is due to 'map' (request 1) in time")
    with (
        closing(AdapterTarget(_misbehaving("does not read"), "it")) as target,
        pytest.raises(TargetBroken, match=complaint),
    ):
        target.ask("map", {"path": "x" * 1_000_000}, HANG_SECONDS)


def test_all_that_a_program_has_started_is_ended_with_it() -> None:
    hanging = AdapterTarget(_misbehaving("hangs with a child"), "it")
    with closing(hanging) as target, pytest.raises(TargetBroken) as broken:
        target.ask("hello", {}, ANSWER_SECONDS / 2)

    child = re.search(r"child (\d+)", str(broken.value))
    assert child is not None
    _wait_for_the_end_of(int(child[1]))


def _wait_for_the_end_of(process_id: int) -> None:
    """A kill takes a moment; the test's own deadline is the limit."""
    status = Path(f"/proc/{process_id}/stat")
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)


@pytest.mark.parametrize("command", [["/no/such/program"], ["/etc/passwd"], ["/"]])
def test_a_program_that_does_not_start_is_told(command: list[str]) -> None:
    with pytest.raises(TargetBroken, match=f"adapter:{command[0]} does not start: "):
        AdapterTarget(command)
