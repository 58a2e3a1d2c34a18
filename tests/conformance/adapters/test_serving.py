"""The loop of an adapter: every line gets one answer, whatever the operation does."""

import json
from io import BytesIO
from typing import Any

import pytest

from conformance.adapters.serving import Identity, Refusal, Unsupported, serve


def _refuse(params: dict[str, Any]) -> dict[str, Any]:
    raise Refusal("DOTDOT", "no way up")


def _refuse_for_an_owner(params: dict[str, Any]) -> dict[str, Any]:
    raise Refusal("DUPLICATE_LISTENER", detail={"owner": 7})


def _decline(params: dict[str, Any]) -> dict[str, Any]:
    raise Unsupported("not today")


def _fail(params: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError("oh")


OPERATIONS = {
    "echo": lambda params: params,
    "refuse": _refuse,
    "refuse owner": _refuse_for_an_owner,
    "decline": _decline,
    "fail": _fail,
}


def answers(*requests: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    lines = [
        json.dumps({"id": id, "op": op, "params": params}) for id, (op, params) in enumerate(requests, 1)
    ]
    written = BytesIO()
    serve(Identity("it", "1"), OPERATIONS, BytesIO("".join(f"{line}\n" for line in lines).encode()), written)
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("echo", {"ok": {"a": "ä"}}),
        ("refuse", {"rejected": {"code": "DOTDOT", "text": "no way up"}}),
        ("decline", {"unsupported": {"reason": "not today"}}),
        ("fail", {"error": {"text": "ZeroDivisionError('oh')"}}),
        ("other", {"unsupported": {"reason": "this adapter has no operation 'other'"}}),
    ],
)
def test_each_outcome_has_its_answer(op: str, expected: dict[str, Any]) -> None:
    assert answers((op, {"a": "ä"})) == [{"id": 1, **expected}]


def test_hello_says_who_answers_and_what_is_served() -> None:
    [answer] = answers(("hello", {"protocol": 1}))

    assert answer["ok"] == {
        "name": "it",
        "version": "1",
        "clock": "real",
        "styles": ["windows", "posix"],
        "operations": ["bye", "decline", "echo", "fail", "hello", "refuse", "refuse owner"],
    }


def test_a_refusal_tells_what_programs_need_to_know() -> None:
    [answer] = answers(("refuse owner", {}))

    assert answer["rejected"] == {"code": "DUPLICATE_LISTENER", "text": "", "detail": {"owner": 7}}


def test_another_protocol_is_not_supported() -> None:
    assert "unsupported" in answers(("hello", {"protocol": 2}))[0]


def test_nothing_is_answered_after_bye() -> None:
    assert answers(("bye", {}), ("echo", {})) == [{"id": 1, "ok": {}}]
