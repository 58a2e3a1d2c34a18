"""What happened in a simulated world, in order: the witness that a seed gives one history.

Nothing in an event may depend on the interpreter: no `id()`, no `repr` of an
object, no order of a set. Names of files stand in it as the `repr` of bytes,
which is plain ASCII whatever the name.
"""

import hashlib
from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

NOTE = "note"
CONTENT = "content"
LINK = "link"

# How a note begins that tells of the promise that a trial found broken.
BROKEN = "Broken"


class Event(Struct, frozen=True):
    """One line of history.

    `place`: `machine/process id`, `machine` or `world`. `kind`: `net` (a packet
    has arrived), `link` (packets arrive or do not), `file` (a system call),
    `content` (what a file holds from now on), `process`, `machine`, `fault`, or
    `note` for what a scenario or a program says of itself.
    `since_ns`: when it began, of a packet the moment it was sent.
    """

    sequence: int
    time_ns: int
    place: str
    kind: str
    detail: str
    since_ns: int = 0


class Trace:
    """The events of one world. `clock` gives virtual time in nanoseconds.

    A trace that is not kept stays empty: a third of a world's time goes into its lines.
    """

    def __init__(self, clock: Callable[[], int], *, is_kept: bool = True) -> None:
        self.is_kept = is_kept
        self._clock = clock
        self.events: list[Event] = []

    def record(self, place: str, kind: str, detail: str, *, since_ns: int | None = None) -> None:
        """Append an event that happens now, and that began at `since_ns`."""
        if not self.is_kept:
            return
        now_ns = self._clock()
        began_ns = now_ns if since_ns is None else since_ns
        self.events.append(Event(len(self.events), now_ns, place, kind, detail, began_ns))

    def lines(self) -> Iterator[bytes]:
        """The events as newline-delimited JSON, the same bytes for the same history."""
        for event in self.events:
            yield msgspec.json.encode(event) + b"\n"

    def digest(self) -> str:
        """SHA-256 of the whole history, in hexadecimal."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(line)
        return digest.hexdigest()

    def notes(self) -> list[str]:
        """What scenarios noted, in order."""
        return [event.detail for event in self.events if event.kind == NOTE]
