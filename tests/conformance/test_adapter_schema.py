"""The schema of the protocol's lines says what the suite writes, and accepts what the suite accepts."""

import json
from typing import Any

import jsonschema
import pytest

from conformance.protocol import LineInvalid, Request, read_answer, write_request
from tests.checkout import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "conformance/adapter.schema.json").read_text("utf-8"))


def is_valid(line: bytes, part: str) -> bool:
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{part}"}
    return jsonschema.Draft202012Validator(schema).is_valid(json.loads(line))


def is_answer(line: bytes) -> bool:
    try:
        read_answer(line)
    except LineInvalid:
        return False
    return True


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_the_suite_writes_is_a_request() -> None:
    assert is_valid(write_request(Request(1, "map", {"path": None})), "request")
    assert not is_valid(b'{"id": 1, "op": "map"}', "request")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"id": 1, "ok": {}}', True),
        (b'{"id": 1, "ok": {"x": null}, "took": 3}', True),
        (b'{"id": 1, "rejected": {"code": "X"}}', True),
        (b'{"id": 1, "unsupported": {"reason": "x"}}', True),
        (b'{"id": 1, "error": {"text": "x"}}', True),
        (b'{"id": 1}', False),
        (b'{"ok": {}}', False),
        (b'{"id": "1", "ok": {}}', False),
        (b'{"id": 1, "ok": []}', False),
        (b'{"id": 1, "ok": {}, "error": {"text": "x"}}', False),
        (b'{"id": 1, "rejected": {"text": "x"}}', False),
        (b'{"id": 1, "unsupported": "x"}', False),
    ],
)
def test_schema_and_suite_agree_on_what_an_answer_is(line: bytes, expected: bool) -> None:
    assert (is_valid(line, "answer"), is_answer(line)) == (expected, expected)
