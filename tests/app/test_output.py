"""Standard output and error: whole lines at once, and no trouble of theirs stops the work."""

import io
import os
import subprocess
import sys

import pytest

from psync.app.output import Output
from psync.core.errors import OutputLost
from tests.expectations import does_not_raise

SPEAK = (
    "from psync.app.output import standard_output as s; o = s();"
    "o.line('out \\udcff'); o.data(b'{}'); o.complain('err'); o.check()"
)


class Broken(io.RawIOBase):
    """A stream that fails in one way."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def write(self, data: object) -> int:
        raise self._error


def test_lines_data_and_complaints_go_to_their_streams():
    out, err = io.BytesIO(), io.BytesIO()
    output = Output(out, err)

    output.line("naïve")
    output.data(b'{"a":1}')
    output.complain("oh")

    assert (out.getvalue(), err.getvalue()) == ('naïve\n{"a":1}\n'.encode(), b"oh\n")


def test_a_screen_takes_over_all_lines_but_no_data():
    out, shown = io.BytesIO(), []
    output = Output(out, io.BytesIO())
    output.screen = shown.append

    output.line("line")
    output.complain("oh")
    output.data(b"{}")

    assert (shown, out.getvalue()) == (["line", "oh"], b"{}\n")


def test_a_stream_that_takes_a_little_at_a_time_gets_all():
    class Slow(io.BytesIO):
        def write(self, data: memoryview) -> int:
            return super().write(data[:2])

    out = Slow()

    Output(out, io.BytesIO()).line("a long line")

    assert out.getvalue() == b"a long line\n"


def test_a_reader_that_has_left_is_no_trouble():
    output = Output(Broken(BrokenPipeError()), Broken(BrokenPipeError()))

    with does_not_raise():
        output.line("x")
        output.complain("x")
        output.data(b"x")
        output.check()


def test_lines_that_were_lost_are_told_at_the_end():
    output = Output(Broken(OSError(28, "No space left on device")), io.BytesIO())
    output.line("x")

    with pytest.raises(OutputLost) as lost:
        output.check()

    assert str(lost.value) == "What psync reports could not be written: No space left on device."


@pytest.mark.parametrize(
    ("redirection", "printed"),
    [
        pytest.param("2>&1", b"out \\udcff\n{}\nerr\n", id="open"),
        pytest.param(">&- 2>&-", b"", id="closed by whoever started it"),
        pytest.param("| true", b"", id="a pipe that nobody reads"),
        pytest.param("</dev/null 2>&1 >/dev/null", b"err\n", id="apart"),
    ],
)
def test_a_process_says_what_it_can_and_ends_in_peace(redirection: str, printed: bytes):
    """Buffered as usual: what stays in a buffer fails once more when the interpreter ends."""
    command = f"unset PYTHONUNBUFFERED; '{sys.executable}' -c \"$SPEAK\" {redirection}"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env={**os.environ, "SPEAK": SPEAK},
        capture_output=True,
    )

    assert (ran.returncode, ran.stdout) == (0, printed)
    assert ran.stderr in (b"", b"err\n")
