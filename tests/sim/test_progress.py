"""How far a sweep is."""

import io
import itertools
import re

import pytest

from sim.progress import Meter


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _counted(stream: io.StringIO, line_seconds: float) -> str:
    with Meter(3, stream, line_seconds=line_seconds) as meter:
        meter.count(is_broken=False)
        meter.count(is_broken=True)
    return re.sub(r"[\d,]+ seeds an hour", "N seeds an hour", stream.getvalue())


def test_lines_are_printed_where_there_is_no_terminal():
    assert _counted(io.StringIO(), line_seconds=0.0) == (
        "1 of 3 seeds, N seeds an hour, 0 broken\n2 of 3 seeds, N seeds an hour, 1 broken\n"
    )


def test_lines_are_printed_only_now_and_then():
    assert _counted(io.StringIO(), line_seconds=1000.0) == ""


def test_the_first_line_comes_soon(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("time.monotonic", itertools.count(0.0, 0.5).__next__)
    stream = io.StringIO()

    with Meter(100, stream, line_seconds=10.0) as meter:
        for _ in range(60):
            meter.count(is_broken=False)

    assert [int(line.split()[0]) for line in stream.getvalue().splitlines()] == [2, 5, 12, 27, 46]


def test_a_bar_moves_on_a_terminal():
    shown = _counted(Terminal(), line_seconds=0.0)

    assert "2/3" in shown
    assert "N seeds an hour, 1 broken" in shown
