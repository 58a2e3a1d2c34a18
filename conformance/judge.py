"""Whether an answer is what a vector expects."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from conformance.answers import MEMBERS
from conformance.protocol import Answer
from conformance.vector import Expectation, Vector
from conformance.verdict import State

# Gives the answer to another vector, to which this one is compared.
Recall = Callable[[str], Answer]


def judge(vector: Vector, answer: Answer, recall: Recall) -> tuple[State, str]:
    """Give the verdict, and what is wrong; before alternatives and deviations are looked at."""
    if answer.unsupported is not UNSET:
        return State.UNSUPPORTED, answer.unsupported.reason
    if answer.error is not UNSET:
        return State.ERROR, f"the adapter has failed: {answer.error.text}"
    if missing := [
        name for name in MEMBERS.get(vector.op, ()) if answer.ok is not UNSET and name not in answer.ok
    ]:
        return (
            State.ERROR,
            f"the adapter's answer to {vector.op!r} has no {missing[0]!r}: {_shown(answer.ok)}",
        )
    complaint = _complaint(vector.expect, answer, recall)
    return (State.FAIL, complaint) if complaint else (State.PASS, "")


def _complaint(expect: Expectation, answer: Answer, recall: Recall) -> str:
    if expect.references:
        return _relation(expect, answer, recall)
    if expect.rejected is not UNSET:
        codes = (expect.rejected,) if isinstance(expect.rejected, str) else expect.rejected
        return _refusal(codes, answer)
    assert expect.ok is not UNSET
    if answer.ok is UNSET:
        return f"{_shown(answer)}, expected {_shown(expect.ok)}"
    return _difference(expect.ok, answer.ok)


def _refusal(codes: tuple[str, ...], answer: Answer) -> str:
    expected = " or ".join(codes)
    if answer.rejected is UNSET:
        return f"accepted as {_shown(answer.ok)}, expected to be rejected with {expected}"
    if answer.rejected.code not in codes:
        return f"rejected with {answer.rejected.code}, expected {expected}"
    return ""


def _difference(expected: dict[str, Any], found: dict[str, Any]) -> str:
    """What is missing or otherwise; keys that nobody expects are passed over."""
    for key, value in expected.items():
        if key not in found:
            return f"the answer has no {key!r}: {_shown(found)}"
        if _shown(found[key]) != _shown(value):  # as JSON, where false is not 0
            return f"{key!r} is {_shown(found[key])}, expected {_shown(value)}"
    return ""


def _relation(expect: Expectation, answer: Answer, recall: Recall) -> str:
    if answer.ok is UNSET:
        return f"{_shown(answer)}, expected a result"
    for reference in expect.references:
        is_same = recall(reference).ok == answer.ok
        if is_same != (expect.same_as is not UNSET):
            return f"is {'the same as' if is_same else 'another than'} for {reference}"
    return ""


def _shown(value: object) -> str:
    if isinstance(value, Answer) and value.rejected is not UNSET:
        return f"rejected with {value.rejected.code}"
    return msgspec.json.encode(value, order="sorted").decode()
