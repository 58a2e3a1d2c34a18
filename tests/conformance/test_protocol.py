"""Lines are read strictly where they decide something, and leniently where an adapter says more than it must."""

import json

import pytest

from conformance.protocol import Answer, LineInvalid, Rejected, Request, read_answer, write_request


def test_a_request_is_one_line_of_json() -> None:
    line = write_request(Request(1, "map", {"path": "a\nb\u2028"}))

    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {"id": 1, "op": "map", "params": {"path": "a\nb\u2028"}}


def test_an_answer_may_say_more_than_it_must() -> None:
    found = read_answer(b'{"id": 1, "rejected": {"code": "DOTDOT", "hint": "x"}, "took": 3}')

    assert found == Answer(1, rejected=Rejected("DOTDOT"))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"id": "1", "ok": {}}',
        b'{"id": 1}',
        b'{"id": 1, "ok": {}, "error": {"text": "x"}}',
        b'{"id": 1, "ok": "yes"}',
        b'{"id": 1, "rejected": {}}',
        b'{"id": 1, "unsupported": {}}',
        b'{"id": 1, "unsupported": {"reason": ""}}',
        b'{"id": 1, "unsupported": {"reason": " \\t"}}',
        b'{"id": 1, "ok": {"a": "\xff"}}',
        b'{"id": 1, "ok": {}} {"id": 2, "ok": {}}',
    ],
)
def test_what_is_no_answer_is_told_with_its_beginning(line: bytes) -> None:
    with pytest.raises(LineInvalid) as invalid:
        read_answer(line)

    assert str(invalid.value).endswith(line.decode("utf-8", "backslashreplace"))


def test_an_answer_that_is_too_deep_to_be_read_is_none() -> None:
    depth = 100_000

    with pytest.raises(LineInvalid):
        read_answer(b'{"id": 1, "ok": {"a": ' + b"[" * depth + b"]" * depth + b"}}")
