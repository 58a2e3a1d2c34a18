"""What a listener tells a person: one line when it is ready, one for each session."""

from collections.abc import Callable

from psync.app.events import time_text
from psync.app.exposure import UNAUTHENTICATED, exposure_warnings
from psync.app.failure_text import failure_lines
from psync.app.figures import bytes_text, seconds_text
from psync.app.output import Output
from psync.app.printable import printable
from psync.engine.events import Event, ListenerReady, RunRefused, SessionEnded

AUTHENTICATED = "encrypted and authenticated (AES-256-GCM)"

# A peer may send a long name for itself; a line stays a line.
NAME_LENGTH_MAX = 200


class ListenerReport:
    """Prints the events of a listener; `now_ns` dates them."""

    def __init__(self, output: Output, now_ns: Callable[[], int]) -> None:
        self._output = output
        self._now_ns = now_ns

    def __call__(self, event: Event) -> None:
        if isinstance(event, ListenerReady):
            self._log(ready_line(event))
            for warning in exposure_warnings(event):
                self.warn(warning)
        elif isinstance(event, SessionEnded):
            self._log(session_line(event))
        elif isinstance(event, RunRefused):
            for line in failure_lines(event.cause):
                self._output.complain(line)

    def warn(self, text: str) -> None:
        """Tell the operator of a danger."""
        self._output.complain(f"Warning: {printable(text)}")

    def _log(self, text: str) -> None:
        self._output.line(f"{time_text(self._now_ns())} {text}")


def ready_line(event: ListenerReady) -> str:
    """Say where the listener can be reached, what it serves and how it is protected."""
    addresses = " and ".join(event.addresses)
    root = "none" if event.root_path is None else printable(event.root_path)
    protection = AUTHENTICATED if event.is_keyed else UNAUTHENTICATED
    access = ", read-only" if event.is_read_only else ""
    return f"ready on {addresses} port {event.port}, RootPath {root}{access}, {protection}"


def session_line(event: SessionEnded) -> str:
    """Sum a session up: who, what, how much, how long, and why it ended."""
    parts = [f"session {event.connection or '-'}: {_short(event.client)}"]
    if event.path:
        parts.append(f"job {_short(event.job)}")
        parts.append(_short(event.path))
    parts.append(f"received {bytes_text(event.bytes_received)}")
    parts.append(f"sent {bytes_text(event.bytes_sent)}")
    parts.append(seconds_text(event.seconds))
    parts.append(f"ended: {_short(event.reason)}" if event.reason else "ended in order")
    if not event.is_keyed:
        parts.append(UNAUTHENTICATED)
    return ", ".join(parts)


def _short(text: str) -> str:
    """Make the text of a peer harmless and not endless."""
    return printable(text[:NAME_LENGTH_MAX]) + ("..." if len(text) > NAME_LENGTH_MAX else "")
