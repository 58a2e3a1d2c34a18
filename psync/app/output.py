"""Standard output and standard error of the process: whole lines, written at once.

Nothing that happens to a reader stops the work. A pipe whose reader has left is
as good as one that nobody reads; any other trouble is remembered and told at the
end, since a report that is cut short looks like one that is complete.

Writing goes past Python's buffers: what a failed write leaves in them is tried
again when the interpreter ends, and fails again where nobody can catch it.
"""

import sys
from collections.abc import Callable
from typing import BinaryIO, TextIO

from psync.core.errors import OutputLost


class Output:
    """Lines for the operator, and data for programs; a stream that is None was closed from the start.

    `screen` takes over all lines while it is set.
    """

    def __init__(self, out: BinaryIO | None, err: BinaryIO | None) -> None:
        self._out = out
        self._err = err
        self._trouble: OSError | None = None
        self.screen: Callable[[str], None] | None = None

    def line(self, text: str) -> None:
        """Write a line to standard output."""
        self._show(self._out, text)

    def complain(self, text: str) -> None:
        """Write a line to standard error."""
        self._show(self._err, text)

    def data(self, line: bytes) -> None:
        """Write one line of data, as it is, to standard output."""
        self._write(self._out, line + b"\n")

    def check(self) -> None:
        """Raise `OutputLost` if anything could not be written, though somebody was there to read it."""
        if self._trouble is not None:
            raise OutputLost(reason=self._trouble.strerror or str(self._trouble))

    def _show(self, stream: BinaryIO | None, text: str) -> None:
        if self.screen is not None:
            self.screen(text)
        else:
            self._write(stream, text.encode("utf-8", "backslashreplace") + b"\n")

    def _write(self, stream: BinaryIO | None, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest and stream is not None:
                rest = rest[stream.write(rest) :]
        except BrokenPipeError:
            pass
        except OSError as error:
            self._trouble = error


def standard_output() -> Output:
    """Give the output of this process."""
    return Output(_unbuffered(sys.stdout), _unbuffered(sys.stderr))


def is_screen() -> bool:
    """Whether both streams are one operator's terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))


def _unbuffered(stream: TextIO | None) -> BinaryIO | None:
    return None if stream is None else getattr(stream.buffer, "raw", stream.buffer)
