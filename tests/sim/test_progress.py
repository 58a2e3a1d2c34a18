"""How far a sweep is."""

import io
import re

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


def test_a_bar_moves_on_a_terminal():
    shown = _counted(Terminal(), line_seconds=0.0)

    assert "2/3" in shown
    assert "N seeds an hour, 1 broken" in shown
