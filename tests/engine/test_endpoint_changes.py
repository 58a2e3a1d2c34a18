"""What a job may expect of either end when it changes a target."""

import errno
from itertools import chain
from pathlib import Path

import pytest

from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.content import Content, Outcome, Unsupplied
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.engine.endpoint import ApplyItem
from tests.disk.contents import begin, large, pack, piece
from tests.disk.recorded_system import RecordedSystem
from tests.disk.trees import stamp
from tests.engine.ends import Ends, Trial, applied, flow, opened
from tests.engine.trees import OLD_NS, Seen, contents, look

NEW_NS = 1_700_000_000_987_654_321


def test_every_kind_of_change_is_carried_out_with_one_outcome(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        data = ends.home / "data"
        endpoint = await opened(ends, OpenRole.TARGET)
        outcomes = await applied(endpoint, *every_change(data))
        written = {2: stamp(data / "made/small"), 3: stamp(data / "old")}
        assert outcomes == {id: Outcome(id, written.get(id)) for id in range(1, 11)}
        found = look(data)
        assert {name: found.pop(name).mode for name in (".", "sub")} == {".": 0o755, "sub": 0o755}
        assert found == {
            "Case": Seen("file", 0o644, OLD_NS, b"case"),
            "link": Seen("link", 0o777, OLD_NS, b"target"),
            "made": Seen("folder", 0o750, NEW_NS, b""),
            "made/small": Seen("file", 0o640, OLD_NS, b"new"),
            "mode": Seen("file", 0o751, OLD_NS, b"same"),
            "old": Seen("file", 0o600, OLD_NS, b"x" * 5000),
        }

    trial(test, {"old": b"old", "mode": b"same", "case": b"case", "sub/file": b"", "gone": None})


def every_change(data: Path) -> list[Change | Content]:
    return [
        MakeFolder(1, (b"made",)),
        WriteFile(2, (b"made", b"small"), 0o640, 3),
        pack((2, b"new")),
        WriteFile(3, (b"old",), 0o600, 5000, stamp(data / "old")),
        *large(3, b"x" * 5000),
        MakeLink(4, (b"link",), b"target", OLD_NS),
        SetMode(5, (b"mode",), 0o751, stamp(data / "mode")),
        RenameEntry(6, (b"case",), b"Case", stamp(data / "case")),
        OpenFolder(7, (b"sub",)),
        Delete(8, (b"sub", b"file"), Kind.FILE, stamp(data / "sub/file")),
        Delete(9, (b"gone",), Kind.FOLDER, stamp(data / "gone")),
        FinishFolder(10, (b"made",), 0o750, NEW_NS),
    ]


NOT_THIS = Stamp(1, 1, 1, 1)

SURPRISES: dict[int, list[Change | Content]] = {
    1: [WriteFile(1, (b"file",), 0o644, 3), pack((1, b"new"))],
    2: [WriteFile(2, (b"file",), 0o644, 3, NOT_THIS), pack((2, b"new"))],
    3: [WriteFile(3, (b"file",), 0o644, 3, NOT_THIS), *large(3, b"new")],
    4: [MakeLink(4, (b"file",), b"target", OLD_NS)],
    5: [SetMode(5, (b"file",), 0o700, NOT_THIS)],
    6: [RenameEntry(6, (b"file",), b"File", NOT_THIS)],
    7: [Delete(7, (b"file",), Kind.FILE, NOT_THIS)],
    8: [MakeFolder(8, (b"file",))],
}


@pytest.mark.parametrize("durability", [Durability.NONE, Durability.BATCH])
def test_what_the_plan_did_not_see_is_left_alone(trial: Trial, durability: Durability) -> None:
    async def test(ends: Ends) -> None:
        before = look(ends.home / "data")["file"]
        endpoint = await opened(ends, OpenRole.TARGET)
        outcomes = await applied(endpoint, *chain(*SURPRISES.values()), durability=durability)
        problems = {id: outcome.problem and outcome.problem.code for id, outcome in outcomes.items()}
        assert problems == dict.fromkeys(SURPRISES, ProblemCode.CONFLICT)
        found = look(ends.home / "data")
        assert (set(found), found["file"]) == ({".", "file"}, before)

    trial(test, {"file": b"old"})


def test_a_file_that_the_source_could_not_read_stays_with_the_sources_reason(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        problem = Problem((b"file",), ProblemCode.SOURCE_CHANGED)
        steps: list[Change | Content] = [
            WriteFile(1, (b"file",), 0o644, 3, stamp(ends.home / "data/file")),
            begin(1, 3),
            piece(1, 0, b"n"),
            Content(Unsupplied(1, problem)),
        ]
        outcomes = await applied(await opened(ends, OpenRole.TARGET), *steps)
        assert outcomes == {1: Outcome(1, problem=problem)}
        assert contents(ends.home / "data") == {"file": b"old"}

    trial(test, {"file": b"old"})


@pytest.mark.parametrize("durability", Durability)
def test_a_folder_that_is_finished_after_its_files_keeps_its_time(
    trial: Trial, durability: Durability
) -> None:
    async def test(ends: Ends) -> None:
        await applied(
            await opened(ends, OpenRole.TARGET),
            WriteFile(1, (b"sub", b"new"), 0o644, 3),
            pack((1, b"new")),
            FinishFolder(2, (b"sub",), 0o755, NEW_NS),
            durability=durability,
        )
        assert look(ends.home / "data")["sub"].mtime_ns == NEW_NS

    trial(test, {"sub": None})


BEFORE_AN_OUTCOME = {
    Durability.NONE: ["rename"],
    Durability.BATCH: ["fsync", "rename", "fsync"],
    Durability.FILE: ["fsync", "rename", "fsync"],
}


@pytest.mark.parametrize("durability", Durability)
def test_an_outcome_comes_after_the_syncs_that_it_promises(trial: Trial, durability: Durability) -> None:
    system = RecordedSystem()

    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        system.record.calls.clear()
        done: list[list[str]] = []
        items: list[ApplyItem] = [[WriteFile(1, (b"new",), 0o644, 3)], pack((1, b"new"))]
        async for outcomes in endpoint.apply(flow(items), durability):
            if outcomes:
                done.append([name for name, _ in system.record.called("fsync", "rename")])
        assert done == [BEFORE_AN_OUTCOME[durability]]

    trial(test, {}, system)


@pytest.mark.parametrize("durability", [Durability.BATCH, Durability.FILE])
def test_a_sync_that_fails_is_the_outcome(trial: Trial, durability: Durability) -> None:
    system = RecordedSystem()

    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        system.record.fail["fsync"] = errno.EIO
        outcomes = await applied(
            endpoint, WriteFile(1, (b"new",), 0o644, 3), pack((1, b"new")), durability=durability
        )
        problem = outcomes[1].problem
        assert problem is not None
        assert problem.code is ProblemCode.IO_ERROR
        assert contents(ends.home / "data") == {}

    trial(test, {}, system)
