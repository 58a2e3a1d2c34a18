"""A listener that goes on where a session has to end is found, each fault by its case."""

import pytest

from conformance.blackbox.record_cases import RECORD_CASES
from conformance.verdict import State
from tests.conformance.blackbox.pretender import GENERATED, cases_of, judged

FAULTS = {
    "answers no Ping": ("tcp-session-unkeyed", "says nothing more for"),
    "miscounts Pings": ("tcp-session-unkeyed", "answers Ping 1 with Pong(number=2)"),
    "says no goodbye": ("tcp-session-unkeyed", "answers Close with nothing"),
    "passes over what does not open": (
        "tcp-record-flipped-bit",
        "a flipped bit of the text is answered with [Pong(number=99)]",
    ),
    "takes a record twice": ("tcp-record-replayed", "a record sent twice is answered with [Pong(number=1)"),
    "takes records in any order": (
        "tcp-record-out-of-order",
        "a record before its turn is answered with [Pong(number=2)",
    ),
    "takes its own records": (
        "tcp-record-reflected",
        "a record of the listener's own is answered with [Pong(number=99)]",
    ),
    "takes records in clear": ("tcp-record-in-clear", "a question in clear is answered with [Opened("),
    "waits behind a length out of range": (
        "tcp-record-length",
        "goes on after a record of 1,048,593 bytes",
    ),
}


@pytest.mark.parametrize("case", cases_of(RECORD_CASES))
def test_an_honest_listener_passes(case: str) -> None:
    result = judged(case, key=GENERATED if case == "tcp-session-keyed" else None)

    assert (result.state, result.message) == (State.PASS, "")


@pytest.mark.parametrize(("fault", "case", "complaint"), [(fault, *row) for fault, row in FAULTS.items()])
def test_a_fault_is_found_by_its_case(fault: str, case: str, complaint: str) -> None:
    result = judged(case, fault)

    assert (result.state, result.message[: len(complaint)]) == (State.FAIL, complaint)
