"""An answer is judged by what a vector expects, and by nothing else."""

from typing import Any

import pytest
from msgspec import convert

from conformance.judge import judge
from conformance.protocol import Answer, Failed, Rejected, Unsupported
from conformance.vector import Vector
from conformance.verdict import State


def expecting(**expect: Any) -> Vector:
    one = {"requirements": ["PS-ROOT-03"], "strength": "must", "about": "x", "provenance": "x", "op": "map"}
    return convert({**one, "id": "one", "params": {}, "expect": expect}, Vector)


def verdict(answer: Answer, others: dict[str, Answer] | None = None, **expect: Any) -> tuple[State, str]:
    return judge(expecting(**expect), answer, (others or {}).__getitem__)


def ok(**members: Any) -> Answer:
    return Answer(1, ok=members)


def rejected(code: str) -> Answer:
    return Answer(1, rejected=Rejected(code))


CASES: dict[str, tuple[Answer, dict[str, Any], str]] = {
    "equal": (ok(path="C:\\x"), {"ok": {"path": "C:\\x"}}, ""),
    "more than expected": (ok(path="x", took=3), {"ok": {"path": "x"}}, ""),
    "nothing in particular": (ok(path="x"), {"ok": {}}, ""),
    "another value": (ok(path="y"), {"ok": {"path": "x"}}, '\'path\' is "y", expected "x"'),
    "no value": (ok(path="x"), {"ok": {"rank": 1}}, 'the answer has no \'rank\': {"path":"x"}'),
    "false is not 0": (ok(path=0), {"ok": {"path": False}}, "'path' is 0, expected false"),
    "rejected": (rejected("DOTDOT"), {"ok": {"path": "x"}}, 'rejected with DOTDOT, expected {"path":"x"}'),
    "the code": (rejected("DOTDOT"), {"rejected": "DOTDOT"}, ""),
    "one of the codes": (rejected("UNC"), {"rejected": ["DOTDOT", "UNC"]}, ""),
    "another code": (
        rejected("UNC"),
        {"rejected": ["DOTDOT", "CHARS"]},
        "rejected with UNC, expected DOTDOT or CHARS",
    ),
    "accepted": (
        ok(path="x"),
        {"rejected": "DOTDOT"},
        'accepted as {"path":"x"}, expected to be rejected with DOTDOT',
    ),
}


@pytest.mark.parametrize(("answer", "expect", "complaint"), CASES.values(), ids=CASES)
def test_a_result_or_a_refusal_is_compared(answer: Answer, expect: dict[str, Any], complaint: str) -> None:
    assert verdict(answer, **expect) == (State.FAIL if complaint else State.PASS, complaint)


OTHERS = {"a": ok(path="1"), "b": ok(path="2"), "refused": rejected("X")}

RELATIONS: dict[str, tuple[Answer, dict[str, Any], str]] = {
    "the same": (ok(path="1"), {"same_as": "a"}, ""),
    "not the same": (ok(path="2"), {"same_as": "a"}, "is another than for a"),
    "another": (ok(path="3"), {"differs_from": ["a", "b"]}, ""),
    "not another": (ok(path="2"), {"differs_from": ["a", "b"]}, "is the same as for b"),
    "no result": (rejected("X"), {"same_as": "refused"}, "rejected with X, expected a result"),
    "as one without a result": (ok(path="1"), {"same_as": "refused"}, "is another than for refused"),
}


@pytest.mark.parametrize(("answer", "expect", "complaint"), RELATIONS.values(), ids=RELATIONS)
def test_an_answer_is_compared_with_others(answer: Answer, expect: dict[str, Any], complaint: str) -> None:
    assert verdict(answer, OTHERS, **expect) == (State.FAIL if complaint else State.PASS, complaint)


@pytest.mark.parametrize("expect", [{"ok": {}}, {"rejected": "X"}, {"same_as": "a"}], ids=str)
def test_a_result_without_the_member_that_each_has_is_an_error_of_the_adapter(expect: dict[str, Any]) -> None:
    complaint = "the adapter's answer to 'map' has no 'path': {}"

    assert verdict(ok(), {"a": ok()}, **expect) == (State.ERROR, complaint)


def test_what_cannot_be_asked_is_no_pass_and_a_failing_adapter_no_failure() -> None:
    assert verdict(Answer(1, unsupported=Unsupported("no")), ok={}) == (State.UNSUPPORTED, "no")
    assert verdict(Answer(1, error=Failed("oh")), rejected="X")[0] is State.ERROR
