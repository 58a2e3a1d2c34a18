"""Signals before there is an event loop: while Python loads psync, reads a password, stretches a key.

While modules load, the first SIGINT or SIGTERM is noted and nothing else: an
import that is cut short could not be taken up again, even to say so. Whatever
can wait for long afterwards is `interruptible`. Either way a second signal finds
the system's own handling and ends the process at once.

Nothing is imported here that takes time; Python's own start cannot be covered.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = "Interrupted."

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class _First:
    """The first signal, if there was one."""

    is_noted = False

    def note(self, number: int, frame: FrameType | None) -> None:
        self.is_noted = True
        for each in NUMBERS:
            signal.signal(each, signal.SIG_DFL)

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        self.note(number, frame)
        raise KeyboardInterrupt


_first = _First()


def defer() -> None:
    """Note the first signal from now on; whoever can act on it asks `is_noted`."""
    for number in NUMBERS:
        signal.signal(number, _first.note)


def is_noted() -> bool:
    """Whether the operator has asked for the end."""
    return _first.is_noted


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` if a signal has come, or as soon as one comes."""
    if _first.is_noted:
        raise KeyboardInterrupt
    before = [signal.signal(number, _first.interrupt) for number in NUMBERS]
    try:
        yield
    finally:
        if not _first.is_noted:
            for number, handler in zip(NUMBERS, before, strict=True):
                signal.signal(number, handler)
