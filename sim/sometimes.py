"""What seeds must reach sometimes: a campaign in which one of these never happens has not tried enough.

A row is a name and what it means; `note_event` tells which were reached.
"""

from psync.core.changes import Delete, MakeFolder, OpenFolder, RenameEntry, SetMode, WriteFile
from psync.core.problems import ProblemCode
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    ContentMoved,
    Event,
    ProblemFound,
    RunRefused,
    SessionEnded,
    Summary,
)

SOMETIMES = {
    "committed": "a file reached the target and was acknowledged",
    "deleted": "an entry of the target was deleted",
    "mode": "a file was given another mode, and nothing else",
    "opened": "a read-only folder of the target was opened for what had to change in it",
    "excluded": "an entry that a pattern excludes stood at an end when all had converged",
    "dry run": "a run told what it would do, and did nothing",
    "renamed": "a name of the target was spelled as the source has come to spell it",
    "exchanged": "a folder took the place of a file or of a link",
    "large": "a file travelled in pieces",
    "partial": "a run ended with problems",
    "failed": "a run ended without its connection",
    "session lost": "a listener lost its client",
    "mismatch": "two sides with different keys were told so",
    "names at stake": "a machine lost its power while some names were not certain",
    "disk hung in a thread": "a thread waited for a disk that answered nobody, and its program went on",
    "second listener": "a listener was told that it is the second one",
    **{f"problem {code}": f"an entry was reported as {code}" for code in ProblemCode},
}

# No fault reaches the bytes between the digest of the sender and that of the receiver while every record
# is sealed; the tests of psync's own stage do.
NOT_DRAWN = frozenset({f"problem {ProblemCode.VERIFY_FAILED}"})

# Failures that have a line of their own.
FAILURES = {
    "KEY_MISMATCH": "mismatch",
    "MODE_MISMATCH": "mismatch",
    "DUPLICATE_LISTENER": "second listener",
    "ADDRESS_IN_USE": "second listener",
}

# Changes that have one.
CHANGES: dict[type, str] = {
    WriteFile: "committed",
    Delete: "deleted",
    SetMode: "mode",
    OpenFolder: "opened",
    RenameEntry: "renamed",
}

# Kinds of effects that have one.
EFFECTS = {
    "PowerCut names unsynced": "names at stake",
    "DiskHangs in a thread": "disk hung in a thread",
}


class Reached:
    """Which of `SOMETIMES` one trial has reached."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """In alphabetical order."""
        return tuple(sorted(self._names))

    def note(self, name: str) -> None:
        """Something of the catalogue has happened."""
        assert name in SOMETIMES, name
        self._names.add(name)

    def note_effect(self, kind: str) -> None:
        """See what a fault has done."""
        if kind in EFFECTS:
            self.note(EFFECTS[kind])

    def note_event(self, event: Event) -> None:
        """See what a program has told."""
        if isinstance(event, ChangeDone):
            self._note_change(event)
        elif isinstance(event, ChangePlanned):
            self.note("dry run")
        elif isinstance(event, ProblemFound):
            self.note(f"problem {event.problem.code}")
        elif isinstance(event, ConnectionFailed | RunRefused):
            self._note_failure(event)
        elif isinstance(event, SessionEnded) and event.reason:
            self.note("session lost")
        elif isinstance(event, ContentMoved) and event.bytes >= 256 * 1024:
            self.note("large")
        elif isinstance(event, Summary) and event.failed:
            self.note("partial")

    def _note_failure(self, event: ConnectionFailed | RunRefused) -> None:
        if isinstance(event, ConnectionFailed):
            self.note("failed")
        if event.cause.code in FAILURES:
            self.note(FAILURES[event.cause.code])

    def _note_change(self, event: ChangeDone) -> None:
        name = CHANGES.get(type(event.change))
        if name is not None:
            self.note(name)
        elif isinstance(event.change, MakeFolder) and event.change.replaces is not None:
            self.note("exchanged")
