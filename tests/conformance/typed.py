"""What is typed after `python -m conformance`, without another process."""

import sys
from typing import NamedTuple

import pytest

from conformance.cli import main


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
