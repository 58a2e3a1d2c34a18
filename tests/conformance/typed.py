"""What is typed after `python -m conformance`, without another process."""

import sys
from typing import Any, NamedTuple

import click
import pytest

from conformance.cli import main, suite


class Said(NamedTuple):
    """What came of it."""

    code: int | str | None
    out: str
    err: str


def typed(command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """Carry out a command line."""
    monkeypatch.setattr(sys, "argv", ["conformance", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    return Said(ended.value.code, *capsys.readouterr())


def parsed_run(words: list[str]) -> dict[str, Any]:
    """What the command line makes of the words of a `run`, which is not carried out; raises `click.UsageError`."""
    name, command, rest = suite.resolve_command(click.Context(suite), words)
    assert name == "run"
    assert command is not None
    return command.make_context(name, rest).params
