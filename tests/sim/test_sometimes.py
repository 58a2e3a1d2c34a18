"""What a campaign must have reached is read off what the programs tell."""

import pytest

from psync.core.changes import Delete, MakeFolder, OpenFolder, RenameEntry, SetMode, WriteFile
from psync.core.errors import ConnectRefused, DuplicateListener, KeyMismatch
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    ContentMoved,
    Event,
    ProblemFound,
    RunRefused,
    RunState,
    Summary,
)
from sim.presets import derive
from sim.sometimes import NOT_DRAWN, SOMETIMES, Reached
from sim.trial import carry_out

REFUSED = ConnectRefused(host="far", port=1, reason="")

EVENTS: dict[str, Event] = {
    "committed": ChangeDone(WriteFile(1, (b"a",), 0, 0), 0),
    "deleted": ChangeDone(Delete(1, (b"a",), Kind.FILE, Stamp(0, 0, 0, 0)), 0),
    "mode": ChangeDone(SetMode(1, (b"a",), 0, Stamp(0, 0, 0, 0)), 0),
    "opened": ChangeDone(OpenFolder(1, (b"a",)), 0),
    "dry run": ChangePlanned(WriteFile(1, (b"a",), 0, 0)),
    "renamed": ChangeDone(RenameEntry(1, (b"a",), b"A", Stamp(0, 0, 0, 0)), 0),
    "exchanged": ChangeDone(MakeFolder(1, (b"a",), Stamp(0, 0, 0, 0)), 0),
    "large": ContentMoved((b"a",), 960 * 1024),
    "problem NO_SPACE": ProblemFound(Problem((), ProblemCode.NO_SPACE)),
    "failed": ConnectionFailed("target", "", "", REFUSED, False),
    "partial": Summary("", RunState.PARTIAL, failed=1),
}


def test_a_failure_with_a_line_of_its_own_is_noted_under_it() -> None:
    reached = Reached()

    reached.note_event(ConnectionFailed("target", "", "", KeyMismatch(host="far"), False))
    reached.note_event(RunRefused(DuplicateListener(owner=1, instance="default")))

    assert reached.names == ("failed", "mismatch", "second listener")


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_noted_under_its_name(name: str) -> None:
    reached = Reached()

    reached.note_event(EVENTS[name])

    assert (reached.names, name in SOMETIMES) == ((name,), True)


def test_a_name_that_is_not_in_the_catalogue_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        Reached().note("something else")


# Seeds that together reach all that a campaign can reach.
WITNESSES = (
    *(("chaos", 70), ("chaos", 74), ("clean", 2), ("documented", 8), ("interrupted", 5)),
    *(("meddling", 21), ("meddling", 24), ("unfit", 2), ("unfit", 22), ("unfit", 28), ("unfit", 72)),
    *(("windows-hostile", 50), ("windows-hostile", 88)),
)


def test_seeds_reach_the_whole_catalogue_but_for_what_nobody_draws() -> None:
    reached = {name for preset, seed in WITNESSES for name in carry_out(derive(preset, seed))[0].reached}

    assert reached == SOMETIMES.keys() - NOT_DRAWN
