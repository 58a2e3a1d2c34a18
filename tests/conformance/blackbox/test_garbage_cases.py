"""A listener that talks to, keeps or dies of those who do not speak its protocol is found."""

import pytest

from conformance.blackbox.garbage_cases import GARBAGE_CASES
from conformance.verdict import State
from tests.conformance.blackbox.pretender import cases_of, judged

FAULTS = {
    "answers what is foreign": ("tcp-foreign-first-bytes", "answers a request of HTTP with b'400 Bad"),
    "keeps what is foreign": (
        "tcp-foreign-first-bytes",
        "keeps a connection that began with a request of HTTP",
    ),
    "falls over what is foreign": (
        "tcp-foreign-first-bytes",
        "serves an honest client no more: it ends the connection after 0 of 96 bytes",
    ),
    "waits for ever": ("tcp-slow-first-bytes", "keeps a client that says nothing for more than 3 seconds"),
}


@pytest.mark.parametrize("case", cases_of(GARBAGE_CASES))
def test_an_honest_listener_passes(case: str) -> None:
    result = judged(case)

    assert (result.state, result.message) == (State.PASS, "")


@pytest.mark.parametrize(("fault", "case", "complaint"), [(fault, *row) for fault, row in FAULTS.items()])
def test_a_fault_is_found_by_its_case(fault: str, case: str, complaint: str) -> None:
    result = judged(case, fault)

    assert (result.state, result.message[: len(complaint)]) == (State.FAIL, complaint)


def test_a_listener_that_reads_a_flood_for_ever_is_found() -> None:
    result = judged("tcp-oversized-first-bytes", "keeps what is foreign", "waits for ever")

    assert (result.state, result.message) == (
        State.FAIL,
        "keeps a connection that has sent 1,048,576 of random bytes",
    )
