"""`adapter.md` says what the suite asks and what adapters serve: no operation, field or code is missing, and none too much."""

import ast
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.adapters.worlds import METHODS
from conformance.answers import ANSWERS
from conformance.content import Made
from conformance.vector import VECTORS, load_vectors
from tests.checkout import ROOT

PAGE = (ROOT / "conformance/adapter.md").read_text("utf-8")
WITHOUT_WORLD, IN_WORLDS = PAGE.split("\n## Worlds\n")

ASKING = sorted([ROOT / "conformance/stage.py", *(ROOT / "conformance/scenarios").glob("*.py")])

# What a run asks by itself.
ALWAYS = {"hello", "bye"}

# What scenarios ask of services and settings, which psync's worlds cannot do yet.
UNSERVED = {
    "listener.configure",
    "listener.settings",
    "client.configure",
    "client.first_use",
    "client.check",
    "service.install",
    "service.start",
    "service.uninstall",
    "service.state",
}


def rows(text: str) -> dict[str, str]:
    """The rows of a table of operations, by operation; one row may speak of several."""
    lines = [line.split(" | ", 1) for line in text.splitlines() if line.startswith("| `")]
    return {op: rest for names, rest in lines for op in re.findall(r"`([a-z_.]+)`", names)}


def asked() -> set[str]:
    """The operations that stage and scenarios ask for, by their syntax trees."""
    calls = [
        node
        for file in ASKING
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    return {_operation(call) for call in calls if call.func.attr in ("ask", "told")} - {""}  # type: ignore[attr-defined]  # an attribute, see above


def _operation(call: ast.Call) -> str:
    """The first argument that is a text."""
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return texts[0] if texts else ""


def codes() -> set[str]:
    """The codes that scenarios compare, by their spelling."""
    texts = [
        node.value
        for file in ASKING
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {text for text in texts if re.fullmatch(r"[A-Z]+(_[A-Z]+)+|BUSY|LOCKED|PERMISSION", text)}


def test_the_page_has_each_operation_that_scenarios_ask_for_and_no_other() -> None:
    operations = {op for op in rows(IN_WORLDS) if "." in op}

    assert operations == {op for op in asked() if "." in op}


def test_the_page_has_each_operation_that_vectors_ask_for_and_no_other() -> None:
    operations = set(rows(WITHOUT_WORLD.split("### Messages")[0]))

    assert operations == {vector.op for vector in load_vectors(VECTORS).values()} | ALWAYS


def _params(op: str) -> list[dict[str, Any]]:
    return [vector.params for vector in load_vectors(VECTORS).values() if vector.op == op]


def test_the_page_has_each_field_that_vectors_ask_about_with_its_default() -> None:
    rows = _table("field")
    asked = load_vectors(VECTORS).values()
    defaults = {
        one.params["field"]: one.expect.ok["value"]
        for one in asked
        if one.op == "validate_config" and one.params["value"] is None and one.expect.ok
    }

    assert set(rows) == {params["field"] for params in _params("validate_config")}
    found = {field: cells[1].strip("`") for field, cells in rows.items() if cells[1]}
    assert found == {
        field: value if isinstance(value, str) else json.dumps(value) for field, value in defaults.items()
    }


def test_the_page_has_each_message_as_the_vectors_expect_it() -> None:
    rows = {message: [cell.split("`") for cell in cells] for message, cells in _table("message").items()}
    for one in load_vectors(VECTORS).values():
        if one.op == "format_message" and one.expect.ok:
            text, where = rows[one.params["message"]]
            has_suffix = len(where) > 1 and one.params[where[1]]
            expected = re.sub(r"{(\w+)}", lambda name, of=one.params: of[name[1]], text[1])
            assert expected + (where[3] if has_suffix else "") == one.expect.ok["text"], one.id

    assert set(rows) == {params["message"] for params in _params("format_message")}


def _table(column: str) -> dict[str, list[str]]:
    """The table whose first column is called so: its rows without the first cell, by that cell."""
    _, _, table = WITHOUT_WORLD.partition(f"\n| `{column}` |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip(" ") for cell in line.split("|")[1:-1]] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells}


def test_psyncs_worlds_serve_what_scenarios_ask_for_and_nothing_else() -> None:
    assert {*METHODS, "world.begin", "world.end", *UNSERVED} == {op for op in asked() if "." in op}


@pytest.mark.parametrize("op", ANSWERS)
def test_each_field_of_an_answer_is_told(op: str) -> None:
    about = IN_WORLDS if op == "client.wait" else rows(IN_WORLDS)[op]

    assert [field for field in ANSWERS[op].__struct_fields__ if f"`{field}`" not in about] == []


def test_each_code_is_told_and_no_other() -> None:
    told = set(re.findall(r"^\| `([A-Z_]+)`", IN_WORLDS, re.MULTILINE))

    assert told == codes()


def test_the_example_of_described_contents_is_right() -> None:
    found = re.search(r"`(\w{8})`, and 100 bytes have the SHA-256\s+`(\w{64})`", PAGE)

    assert found is not None
    made = Made(100, "large").content()
    assert (made[:4].hex(), hashlib.sha256(made).hexdigest()) == found.groups()


def test_the_examples_of_lines_are_json() -> None:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert block is not None
    assert [list(json.loads(line))[1] for line in block[1].splitlines()] == [
        "op",
        "ok",
        "rejected",
        "unsupported",
        "error",
    ]


@pytest.mark.parametrize("file", ASKING, ids=lambda file: Path(file).stem)
def test_each_setting_of_a_job_or_listener_is_told(file: Path) -> None:
    helpers = {"listen", "push", "pull", "start_push", "start_pull", "start"}
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    named = {
        keyword.arg
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in helpers
        for keyword in call.keywords
    }

    assert [name for name in named if name and f"`{name}`" not in IN_WORLDS] == []
