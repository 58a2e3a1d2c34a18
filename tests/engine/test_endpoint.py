"""What a job may expect of either end, whether its folder is here or behind a listener."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable
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
from psync.core.content import SMALL_BYTES_MAX, Begin, Content, Outcome, Piece, Request, Unsupplied
from psync.core.errors import (
    Busy,
    ConnectionFailure,
    Failure,
    NotAFolder,
    Problem,
    ProblemCode,
    ProtocolViolation,
    SourceMissing,
)
from psync.core.manifest import EntryPath, Kind, Listing, Stamp
from psync.core.paths import PathStyle
from psync.core.settings import Durability, OpenRole
from psync.engine.endpoint import ApplyItem, Endpoint, OpenedFolder
from psync.engine.tasks import end_task
from psync.real.system import real_system
from psync.system import System
from tests.disk.contents import begin, large, pack, piece
from tests.disk.recorded_system import RecordedSystem
from tests.disk.trees import open_descriptors, stamp, temporaries
from tests.engine.ends import KINDS, Assembly, Ends, applied, flow, scanned, supplied
from tests.engine.loops import run
from tests.engine.trees import OLD_NS, Link, Seen, Tree, contents, look, plant

MIB = 1024 * 1024
NEW_NS = 1_700_000_000_987_654_321

# Runs a test with ends of one kind, on a tree.
Trial = Callable[..., None]


@pytest.fixture(params=KINDS)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Trial:
    def run_with(
        test: Callable[[Ends], Awaitable[None]], tree: Tree | None = None, system: System | None = None
    ) -> None:
        if tree is not None:
            plant(tmp_path / "root" / "data", tree)

        async def main() -> None:
            async with KINDS[request.param](tmp_path, system) as ends:
                await test(ends)

        before = open_descriptors()
        run(main())
        assert open_descriptors() == before
        assert temporaries(tmp_path / "root") == []

    return run_with


async def opened(ends: Ends, role: OpenRole, name: str = "data", job: str = "first") -> Endpoint:
    endpoint = await ends.end(name, job)
    await endpoint.open(role)
    return endpoint


async def refused(ends: Ends, role: OpenRole, name: str = "data", job: str = "first") -> Failure:
    with pytest.raises(Failure) as raised:
        await opened(ends, role, name, job)
    return raised.value


# Open


@pytest.mark.parametrize("role", OpenRole)
def test_an_open_folder_says_how_its_volume_is(trial: Trial, role: OpenRole) -> None:
    async def test(ends: Ends) -> None:
        found = await (await ends.end()).open(role)
        system = real_system()
        fd = os.open(ends.home, os.O_RDONLY)
        volume = system.volume(fd)
        os.close(fd)
        expected = OpenedFolder(
            True, PathStyle.POSIX, volume.time_granularity_ns, volume.names_folded, found.free_bytes
        )
        assert found == expected
        assert found.free_bytes > 0

    trial(test, {})


def test_a_missing_source_is_refused_and_not_made(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        failure = await refused(ends, OpenRole.SOURCE)
        assert (type(failure), failure.fields) == (SourceMissing, {"path": ends.shown("data")})
        assert contents(ends.home) == {}

    trial(test)


def test_a_missing_target_is_made(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        assert (await (await ends.end()).open(OpenRole.TARGET)).exists
        assert contents(ends.home) == {"data": None}

    trial(test)


def test_a_missing_folder_that_is_inspected_is_empty_and_not_made(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        endpoint = await ends.end()
        assert await endpoint.open(OpenRole.INSPECT) == OpenedFolder(False, PathStyle.POSIX, 1, False, 0)
        assert await scanned(endpoint) == []
        assert contents(ends.home) == {}

    trial(test)


@pytest.mark.parametrize("role", OpenRole)
def test_a_file_is_refused_and_stays(trial: Trial, role: OpenRole) -> None:
    async def test(ends: Ends) -> None:
        failure = await refused(ends, role, "data/file")
        assert (type(failure), failure.fields) == (NotAFolder, {"path": ends.shown("data/file")})
        assert contents(ends.home / "data") == {"file": b"old"}

    trial(test, {"file": b"old"})


@pytest.mark.parametrize("name", ["data", "data/below", "."], ids=["the same", "below", "above"])
def test_a_second_writer_is_refused_by_the_name_of_the_first(trial: Trial, name: str) -> None:
    async def test(ends: Ends) -> None:
        if name == ".":
            await opened(ends, OpenRole.TARGET, "data/below")
            failure = await refused(ends, OpenRole.TARGET, "data", "second")
        else:
            await opened(ends, OpenRole.TARGET)
            failure = await refused(ends, OpenRole.TARGET, name, "second")
        shown = ends.shown("data" if name == "." else name)
        reason = f"{ends.writer('first')} writes to it, above it or below it"
        assert (type(failure), failure.fields) == (Busy, {"what": f"The target {shown}", "reason": reason})

    trial(test, {"below": None})


@pytest.mark.parametrize("role", [OpenRole.SOURCE, OpenRole.INSPECT])
def test_a_folder_that_is_written_can_be_read(trial: Trial, role: OpenRole) -> None:
    async def test(ends: Ends) -> None:
        await opened(ends, OpenRole.TARGET)
        assert len(await scanned(await opened(ends, role, job="second"))) == 1

    trial(test, {})


def test_a_writer_that_has_gone_leaves_the_folder_to_the_next(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        await endpoint.close()
        await ends.left(1)
        await opened(ends, OpenRole.TARGET, job="second")

    trial(test, {})


def test_whoever_was_refused_holds_nothing(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        first = await opened(ends, OpenRole.TARGET, "data/below")
        endpoint = await ends.end("data", "second")
        with pytest.raises(Busy):
            await endpoint.open(OpenRole.TARGET)
        await endpoint.close()
        await first.close()
        await ends.left(2)
        await opened(ends, OpenRole.TARGET, job="third")

    trial(test, {"below": None})


# Scan

TREE: Tree = {"b": b"22", "a/x": b"1", "a/deep/y": b"", "c": Link("nowhere"), "B": b"4", "empty": None}


def names(listings: list[Listing]) -> dict[str, list[str]]:
    return {
        b"/".join(listing.path).decode(): [entry.name.decode() for entry in listing.entries]
        for listing in listings
    }


@pytest.mark.parametrize("role", OpenRole)
def test_a_scan_is_depth_first_in_canonical_order(trial: Trial, role: OpenRole) -> None:
    async def test(ends: Ends) -> None:
        found = names(await scanned(await opened(ends, role)))
        assert list(found.items()) == [
            ("", ["B", "a", "b", "c", "empty"]),
            ("a", ["deep", "x"]),
            ("a/deep", ["y"]),
            ("empty", []),
        ]

    trial(test, TREE)


def test_twins_are_neighbours_where_one_end_cannot_tell_them_apart(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        found = names(await scanned(await opened(ends, OpenRole.SOURCE), folded=True))
        assert found[""] == ["a", "B", "b", "c", "empty"]

    trial(test, TREE)


def test_a_scan_gives_all_that_is_replicated_of_an_entry(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        [root, *_] = await scanned(await opened(ends, OpenRole.SOURCE))
        seen = {
            entry.name.decode(): (entry.kind, entry.size, entry.mtime_ns, entry.link_target, entry.stamp)
            for entry in root.entries
        }
        data = ends.home / "data"
        assert seen == {
            "B": (Kind.FILE, 1, OLD_NS, b"", stamp(data / "B")),
            "a": (Kind.FOLDER, 0, OLD_NS, b"", stamp(data / "a")),
            "b": (Kind.FILE, 2, OLD_NS, b"", stamp(data / "b")),
            "c": (Kind.LINK, 0, OLD_NS, b"nowhere", stamp(data / "c")),
            "empty": (Kind.FOLDER, 0, OLD_NS, b"", stamp(data / "empty")),
        }

    trial(test, TREE)


def test_what_is_excluded_is_not_listed_and_not_entered(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        found = names(await scanned(await opened(ends, OpenRole.SOURCE), "deep", "[bB]", "!b"))
        assert found == {"": ["a", "b", "c", "empty"], "a": ["x"], "empty": []}

    trial(test, TREE)


def test_patterns_and_names_need_not_be_unicode(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        (ends.home / "data" / os.fsdecode(b"\xff")).touch()
        (ends.home / "data" / os.fsdecode(b"\xfe")).touch()
        [root] = await scanned(await opened(ends, OpenRole.SOURCE), os.fsdecode(b"\xff"))
        assert [entry.name for entry in root.entries] == [b"\xfe"]

    trial(test, {})


def test_a_folder_that_takes_several_messages_is_one_listing(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        wanted = [f"{number:0250}" for number in range(600)]
        for name in wanted:
            (ends.home / "data" / name).touch()
        assert names(await scanned(await opened(ends, OpenRole.SOURCE))) == {"": wanted}

    trial(test, {})


# Supply

FILES: Tree = {
    "small": b"new",
    "empty": b"",
    "limit": b"l" * SMALL_BYTES_MAX,
    "large": os.urandom(3 * MIB + 7),
    "sub/small": b"below",
}


def test_files_of_all_sizes_are_supplied_whole(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.SOURCE)
        found = await supplied(endpoint, *(tuple(os.fsencode(name).split(b"/")) for name in FILES))
        assert found == {id: (data, OLD_NS) for id, data in enumerate(FILES.values(), 1)}

    trial(test, FILES)


def test_a_sparse_file_is_supplied_with_its_holes(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        with (ends.home / "data" / "sparse").open("wb") as file:
            file.truncate(4 * MIB)
            file.seek(2 * MIB)
            file.write(b"x" * MIB)
        assembly = Assembly()
        requests = flow([[Request(1, (b"sparse",))]])
        async for content in (await opened(ends, OpenRole.SOURCE)).supply(requests):
            assembly.add(content)
        assert assembly.data(1) == bytes(2 * MIB) + b"x" * MIB + bytes(MIB)
        assert assembly.headers[:3] == [Begin(1, 4 * MIB, True), Piece(1, 2 * MIB), Piece(1, 5 * MIB // 2)]
        assert len(assembly.headers) == 4

    trial(test, {})


UNSUPPLIED: dict[EntryPath, ProblemCode] = {
    (b"gone",): ProblemCode.NOT_FOUND,
    (b"gone", b"file"): ProblemCode.NOT_FOUND,
    (b"sub",): ProblemCode.SPECIAL_FILE,
    (b"..", b"data", b"small"): ProblemCode.NAME_INVALID,
}


def test_what_cannot_be_supplied_is_a_problem_of_its_own(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        found = await supplied(await opened(ends, OpenRole.SOURCE), *UNSUPPLIED, (b"small",))
        assert found.pop(5) == (b"new", OLD_NS)
        problems = [problem for problem in found.values() if isinstance(problem, Problem)]
        assert {problem.path: problem.code for problem in problems} == UNSUPPLIED

    trial(test, FILES)


def test_a_file_that_changes_while_it_is_read_is_supplied_as_it_is_afterwards(trial: Trial) -> None:
    system = RecordedSystem()

    async def test(ends: Ends) -> None:
        def write() -> None:
            (ends.home / "data" / "small").write_bytes(b"newer")

        endpoint = await opened(ends, OpenRole.SOURCE)
        system.record.before["pread"] = write
        assembly = Assembly()
        async for content in endpoint.supply(flow([[Request(1, (b"small",))]])):
            assembly.add(content)
        assert assembly.data(1) == b"newer"

    trial(test, FILES, system)


# Apply


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


# Ending


@pytest.mark.parametrize("durability", Durability)
def test_what_is_not_committed_is_removed(trial: Trial, durability: Durability) -> None:
    system = RecordedSystem()

    async def test(ends: Ends) -> None:
        staged = asyncio.Event()

        async def items() -> AsyncIterator[ApplyItem]:
            yield [WriteFile(1, (b"new",), 0o644, 10)]
            yield begin(1, 10)
            yield piece(1, 0, b"half")
            await asyncio.Event().wait()

        async def apply() -> None:
            async for _ in endpoint.apply(items(), durability):
                pass

        def note() -> None:
            loop.call_soon_threadsafe(staged.set)

        loop = asyncio.get_running_loop()
        endpoint = await opened(ends, OpenRole.TARGET)
        system.record.before["pwrite"] = note
        applying = asyncio.create_task(apply())
        await staged.wait()
        assert len(temporaries(ends.home)) == 1
        await end_task(applying)
        await endpoint.close()
        await ends.left(1)
        assert contents(ends.home / "data") == {}

    trial(test, {}, system)


def test_an_end_that_is_closed_twice_is_closed(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        await endpoint.close()
        await endpoint.close()

    trial(test, {})


@pytest.mark.parametrize("role", [OpenRole.SOURCE, OpenRole.INSPECT])
def test_only_a_target_takes_changes(trial: Trial, role: OpenRole) -> None:
    async def test(ends: Ends) -> None:
        change = Delete(1, (b"file",), Kind.FILE, stamp(ends.home / "data/file"))
        endpoint = await opened(ends, role)
        with pytest.raises((AssertionError, ConnectionFailure)):
            await applied(endpoint, change)
        assert contents(ends.home / "data") == {"file": b"old"}

    trial(test, {"file": b"old"})


def test_contents_that_nobody_announced_are_refused(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        with pytest.raises(Exception, match="file 1"):
            await applied(endpoint, pack((1, b"new")))
        assert contents(ends.home / "data") == {}

    trial(test, {})


def test_blame_is_a_violation_that_says_why(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        blamed = (await ends.end()).blame("the reason")
        assert (type(blamed), blamed.fields["reason"]) == (ProtocolViolation, "the reason")

    trial(test, {})
