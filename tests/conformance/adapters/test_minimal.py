"""An adapter that was written from the document alone conforms in what it serves: the protocol is not psync's."""

import ast
import sys

import pytest

from tests.checkout import ROOT
from tests.conformance.typed import typed

ADAPTER = ROOT / "conformance/adapters/minimal.py"
TARGET = f"adapter:{sys.executable} {ADAPTER}"


@pytest.mark.parametrize("pattern", ["rootpath-*", "messages-*"])
def test_it_conforms_and_all_is_asked(pattern: str, monkeypatch, capsys) -> None:
    said = typed(["run", "--target", TARGET, "--select", pattern, "--strict"], monkeypatch, capsys)

    headline = said.out.splitlines()[0]
    assert (said.code, headline.startswith(f"{TARGET}: conformant (")) == (0, True), said.out
    assert "unsupported" not in headline


def test_what_it_does_not_serve_is_no_pass(monkeypatch, capsys) -> None:
    said = typed(["run", "--target", TARGET, "--select", "ports-*"], monkeypatch, capsys)

    assert (said.code, "pass" in said.out.splitlines()[0]) == (4, False)


def test_it_shares_no_code_with_anybody() -> None:
    tree = ast.parse(ADAPTER.read_text("utf-8"))
    modules = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names
