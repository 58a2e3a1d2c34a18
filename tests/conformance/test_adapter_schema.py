"""The schema of the protocol's lines says what the suite writes, and accepts what the suite accepts."""

import json
from typing import Any

import jsonschema
import pytest
from msgspec import ValidationError, convert

from conformance.answers import ANSWERS, MEMBERS
from conformance.protocol import LineInvalid, Request, read_answer, write_request
from conformance.vector import VECTORS, load_vectors
from tests.checkout import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "conformance/adapter.schema.json").read_text("utf-8"))


def is_valid(line: bytes, part: str) -> bool:
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{part}"}
    return jsonschema.Draft202012Validator(schema).is_valid(json.loads(line))


def is_ok(op: str, ok: Any) -> bool:
    schema = {"$defs": SCHEMA["$defs"], **SCHEMA["$defs"]["ok"][op]}
    return jsonschema.Draft202012Validator(schema).is_valid(ok)


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
        (b'{"id": 1, "unsupported": {"reason": ""}}', False),
        (b'{"id": 1, "unsupported": {"reason": " "}}', False),
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


BASE = {"style": "posix", "path": "/srv"}
FILE = {"kind": "file", "sha256": "0" * 64, "size": 1}

# An answer, and one that is none.
OKS: dict[str, tuple[Any, Any]] = {
    "world.begin": ({"machines": {"far": {"host": "x", "base": BASE}}}, {"machines": {"far": {"host": "x"}}}),
    "fs.tree": ({"entries": {"a": FILE}, "time": 1}, {"entries": {}, "time": "1"}),
    "fs.looked_at": ({"paths": ["."]}, {"paths": "."}),
    "listener.start": ({"port": 7333, "warnings": ["x"]}, {"port": "7333"}),
    "listener.stop": ({"end": "clean"}, {"end": "killed"}),
    "listener.state": ({"running": True, "ports": [7333]}, {"running": 1}),
    "listener.configure": ({"killed": True}, {"killed": 1}),
    "client.first_use": ({"missing": ["host"]}, {}),
    "client.check": ({"differs": []}, {"differs": "port"}),
    "service.state": ({"installed": True, "running": False, "display_name": "x"}, {"installed": True}),
    "client.wait": (
        {"state": "partial", "problems": [{"path": "a", "code": "LOCKED"}]},
        {"state": "partial", "problems": [{"path": "a"}]},
    ),
    "net.receive": ({"hex": "", "ended": True}, {"hex": "", "ended": "yes"}),
    "net.search": ({"found": [True], "bytes": 1}, {"found": [1], "bytes": 1}),
    "net.connections": ({"attempts": [{"machine": "far", "port": 1}]}, {"attempts": [{"machine": "far"}]}),
}


@pytest.mark.parametrize("op", ANSWERS)
def test_schema_and_suite_agree_on_what_an_answer_in_a_world_is(op: str) -> None:
    right, wrong = OKS[op]
    convert(right, ANSWERS[op])
    with pytest.raises(ValidationError):
        convert(wrong, ANSWERS[op])

    assert (is_ok(op, right), is_ok(op, wrong)) == (True, False)
    assert [*SCHEMA["$defs"]["ok"][op]["properties"]] == [*ANSWERS[op].__struct_fields__]


@pytest.mark.parametrize(("clock", "expected"), [("real", True), ("virtual", True), ("sundial", False)])
def test_hello_names_a_clock_that_there_is(clock: str, expected: bool) -> None:
    assert is_ok("hello", {"operations": ["hello"], "clock": clock}) == expected


@pytest.mark.parametrize(("styles", "expected"), [(["posix"], True), (["windows", "x"], False)])
def test_hello_names_styles_that_there_are(styles: list[str], expected: bool) -> None:
    assert is_ok("hello", {"operations": ["hello"], "styles": styles}) == expected


def test_schema_and_suite_agree_on_what_each_answer_to_a_question_has() -> None:
    found = {op: tuple(SCHEMA["$defs"]["ok"][op]["required"]) for op in MEMBERS}

    assert found == MEMBERS


def test_what_vectors_expect_is_an_answer() -> None:
    expected = [one for one in load_vectors(VECTORS).values() if one.op in MEMBERS and one.expect.ok]

    assert len(expected) > 100
    assert [one.id for one in expected if not is_ok(one.op, one.expect.ok)] == []


@pytest.mark.parametrize(
    "entry", [{"kind": "pipe"}, {"kind": "link"}, {"kind": "file"}, {"kind": "file", "sha256": "x"}]
)
def test_an_entry_that_cannot_be_compared_is_none(entry: Any) -> None:
    assert is_ok("fs.tree", {"entries": {"a": {"kind": "folder"}, "b": FILE}})
    assert is_ok("fs.tree", {"entries": None})
    assert not is_ok("fs.tree", {"entries": {"a": entry}})
