"""What a job may expect of either end, whether its folder is here or behind a listener."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from psync.core.changes import Delete, WriteFile
from psync.core.content import PIECE_BYTES_MAX, SMALL_BYTES_MAX, Begin, Piece, Request
from psync.core.errors import Busy, ConnectionFailure, Failure, NotAFolder, ProtocolViolation, SourceMissing
from psync.core.lineage import UNKNOWN_LINEAGE
from psync.core.manifest import EntryPath, Kind, Listing
from psync.core.paths import PathStyle
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.disk.folder import lineage_of, open_folder
from psync.engine.endpoint import ApplyItem, Endpoint, OpenedFolder
from psync.engine.tasks import end_task
from psync.real.system import real_system
from tests.disk.contents import begin, pack, piece
from tests.disk.recorded_system import RecordedSystem
from tests.disk.trees import stamp
from tests.engine.ends import Assembly, Ends, Trial, applied, flow, opened, scanned, supplied
from tests.engine.trees import OLD_NS, Link, Tree, contents
from tests.expectations import does_not_raise

MIB = 1024 * 1024


async def refused(ends: Ends, role: OpenRole, name: str = "data", job: str = "first") -> Failure:
    with pytest.raises(Failure) as raised:
        await opened(ends, role, name, job)
    return raised.value


# Open


@pytest.mark.parametrize("role", OpenRole)
def test_an_open_folder_says_how_its_volume_is(trial: Trial, role: OpenRole) -> None:
    async def test(ends: Ends) -> None:
        found = await (await ends.end()).open(role)
        with open_folder(real_system(), os.fsencode(ends.home / "data")) as data:
            volume = real_system().volume(data.root.fd)
            lineage = lineage_of(data) if role is OpenRole.SOURCE else UNKNOWN_LINEAGE
        assert found == OpenedFolder(
            True,
            PathStyle.POSIX,
            volume.time_granularity_ns,
            volume.names_folded,
            found.free_bytes,
            volume.modes_kept,
            lineage,
        )
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
        with does_not_raise():
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
        assert assembly.headers[:3] == [
            Begin(1, 4 * MIB, True),
            Piece(1, 2 * MIB),
            Piece(1, 2 * MIB + PIECE_BYTES_MAX),
        ]
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


# Ending


async def half_a_file() -> AsyncIterator[ApplyItem]:
    yield [WriteFile(1, (b"new",), 0o644, 10)]
    yield begin(1, 10)
    yield piece(1, 0, b"half")
    await asyncio.Event().wait()


async def apply_half(endpoint: Endpoint, system: RecordedSystem, durability: Durability) -> None:
    """Apply until a part of a file is staged, and leave then."""
    staged, loop = asyncio.Event(), asyncio.get_running_loop()

    async def apply() -> None:
        async for _ in endpoint.apply(half_a_file(), durability):
            pass

    def note() -> None:
        loop.call_soon_threadsafe(staged.set)

    system.record.before["pwrite"] = note
    applying = asyncio.create_task(apply())
    await staged.wait()
    await end_task(applying)


@pytest.mark.parametrize("durability", Durability)
def test_what_is_not_committed_is_removed(trial: Trial, durability: Durability) -> None:
    system = RecordedSystem()

    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        await apply_half(endpoint, system, durability)
        await endpoint.close()
        await ends.left(1)
        assert contents(ends.home / "data") == {}

    trial(test, {}, system)


def test_an_end_that_is_closed_twice_is_closed(trial: Trial) -> None:
    async def test(ends: Ends) -> None:
        endpoint = await opened(ends, OpenRole.TARGET)
        with does_not_raise():
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
