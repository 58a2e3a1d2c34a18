"""The end on this machine, beyond the contract: steps, pauses and times, and nobody leaves during a commit."""

import asyncio
import errno
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from psync.core.changes import Change, Delete, MakeFolder, WriteFile
from psync.core.content import Content, Pack, Request
from psync.core.errors import FolderUnreachable
from psync.core.filters import Filters
from psync.core.manifest import Kind, Order
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.disk.stage import TemporaryNames
from psync.engine.endpoint import ApplyItem
from psync.engine.local import (
    BATCH_SECONDS_MAX,
    CHANGED_RETRY_SECONDS,
    SCAN_ENTRIES_PER_STEP,
    SCAN_FOLDERS_PER_STEP,
    LocalEndpoint,
)
from psync.engine.location import LocalLocation
from psync.engine.tasks import end_task
from psync.engine.worker import SLOW_SECONDS
from psync.engine.writers import Applicant, Writers
from psync.system import System, Volume
from tests.disk.contents import pack
from tests.disk.recorded_system import REAL, RecordedSystem
from tests.disk.trees import open_descriptors, stamp, temporaries
from tests.engine.ends import Assembly, applied, flow, scanned
from tests.engine.loops import run, run_virtually
from tests.engine.trees import OLD_NS, contents, plant

T = TypeVar("T")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A folder; in the end every descriptor has been given back."""
    before = open_descriptors()
    yield plant(tmp_path / "data", {})
    assert open_descriptors() == before


async def stays() -> bool:
    return False


async def opened(folder: Path, role: OpenRole, system: System = REAL) -> LocalEndpoint:
    location = LocalLocation("shown", os.fsencode(folder))
    endpoint = LocalEndpoint(system, location, Writers(system), Applicant("a run", ("here", "job"), stays))
    await endpoint.open(role)
    return endpoint


def play(main: Callable[[], Awaitable[T]]) -> T:
    """Run on a virtual clock; the disk is a real one."""
    return run_virtually(lambda _system: main())


class Watch:
    """Seconds since it was made, without the moment that a simulated thread takes."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()

    @property
    def seconds(self) -> float:
        return round(self._loop.time() - self._started, 2)


# Files that change while they are read


class Writer:
    """Somebody who modifies a file again and again, each time while it is read."""

    def __init__(self, path: Path, system: RecordedSystem, times: int) -> None:
        self.written = 0
        self._path = path
        self._system = system
        self._times = times
        self._arm()

    def _arm(self) -> None:
        self._system.record.before["pread"] = self._write

    def _write(self) -> None:
        self.written += 1
        self._path.write_bytes(b"version %d" % self.written)
        if self.written < self._times:
            self._arm()


async def read(endpoint: LocalEndpoint, *names: bytes) -> tuple[Assembly, list[float]]:
    """Read files of one request; give them, and how long after the beginning each content came."""
    assembly, times, watch = Assembly(), list[float](), Watch()
    async for content in endpoint.supply(flow([[Request(id, (name,)) for id, name in enumerate(names, 1)]])):
        assembly.add(content)
        times.append(watch.seconds)
    return assembly, times


FIRST, SECOND = CHANGED_RETRY_SECONDS
RETRIES = {"one change": (1, FIRST), "two changes": (2, FIRST + SECOND)}


@pytest.mark.parametrize(("changes", "seconds"), RETRIES.values(), ids=RETRIES.keys())
def test_a_file_that_changes_is_read_again_after_a_pause(data: Path, changes: int, seconds: float) -> None:
    plant(data, {"file": b"old"})
    system = RecordedSystem()
    Writer(data / "file", system, changes)

    async def main() -> None:
        endpoint = await opened(data, OpenRole.SOURCE, system)
        assembly, times = await read(endpoint, b"file")
        await endpoint.close()
        assert (assembly.data(1), times) == (b"version %d" % changes, [seconds])

    play(main)


def test_a_file_that_never_rests_is_given_up_after_the_last_pause(data: Path) -> None:
    plant(data, {"file": b"old"})
    system = RecordedSystem()
    writer = Writer(data / "file", system, 100)

    async def main() -> None:
        endpoint = await opened(data, OpenRole.SOURCE, system)
        assembly, times = await read(endpoint, b"file")
        await endpoint.close()
        assert assembly.files == {1: Problem((b"file",), ProblemCode.SOURCE_CHANGED)}
        assert times == [FIRST + SECOND]

    play(main)
    assert writer.written == 1 + len(CHANGED_RETRY_SECONDS)


def test_files_that_rest_are_supplied_without_a_pause(data: Path) -> None:
    plant(data, {"file": b"old"})

    async def main() -> None:
        endpoint, watch = await opened(data, OpenRole.SOURCE), Watch()
        await read(endpoint, b"file")
        await endpoint.close()
        assert watch.seconds == 0.0

    play(main)


def test_only_the_file_that_changed_is_read_again_and_no_other_waits_for_it(data: Path) -> None:
    plant(data, {"file": b"old", "quiet": b"same"})
    system = RecordedSystem()
    Writer(data / "file", system, 1)

    async def main() -> None:
        endpoint = await opened(data, OpenRole.SOURCE, system)
        assembly, times = await read(endpoint, b"file", b"quiet")
        await endpoint.close()
        assert assembly.files[2] == (b"same", OLD_NS)
        assert [[file.id for file in pack.files] for pack in assembly.headers if isinstance(pack, Pack)] == [
            [2],
            [1],
        ]
        assert times == [0.0, FIRST]

    play(main)


# Steps of a scan


async def steps(endpoint: LocalEndpoint) -> list[int]:
    return [len(batch) async for batch in endpoint.scan(Order(), Filters())]


def test_a_step_of_a_scan_has_a_bounded_number_of_folders(data: Path) -> None:
    for number in range(SCAN_FOLDERS_PER_STEP + 5):
        (data / str(number)).mkdir()

    async def main() -> None:
        endpoint = await opened(data, OpenRole.SOURCE)
        assert await steps(endpoint) == [SCAN_FOLDERS_PER_STEP, 6]
        await endpoint.close()

    run(main())


def test_a_step_of_a_scan_ends_after_a_large_folder(data: Path) -> None:
    (data / "large").mkdir()
    (data / "next").mkdir()
    for number in range(SCAN_ENTRIES_PER_STEP):
        (data / "large" / str(number)).touch()

    async def main() -> None:
        endpoint = await opened(data, OpenRole.SOURCE)
        assert await steps(endpoint) == [2, 1]
        await endpoint.close()

    run(main())


def test_a_scan_lets_others_work_between_its_steps(data: Path) -> None:
    for number in range(3 * SCAN_FOLDERS_PER_STEP):
        (data / str(number)).mkdir()

    async def main() -> None:
        turns: list[str] = []

        async def others() -> None:
            while len(turns) < 6:
                turns.append("another")
                await asyncio.sleep(0)

        endpoint = await opened(data, OpenRole.SOURCE)
        working = asyncio.create_task(others())
        async for _ in endpoint.scan(Order(), Filters()):
            turns.append("scan")
        await working
        await endpoint.close()
        assert turns[:6] == ["scan", "another"] * 3

    run(main())


@pytest.mark.parametrize(
    ("role", "remaining"), [(OpenRole.TARGET, 0), (OpenRole.SOURCE, 1), (OpenRole.INSPECT, 1)]
)
def test_only_a_writers_scan_removes_what_a_dead_session_left(
    data: Path, role: OpenRole, remaining: int
) -> None:
    (data / os.fsdecode(TemporaryNames(REAL).take())).touch()

    async def main() -> None:
        endpoint = await opened(data, role)
        [listing] = await scanned(endpoint)
        await endpoint.close()
        assert listing.entries == []

    run(main())
    assert len(temporaries(data)) == remaining


# When a batch is settled


class Script:
    """Changes at given times; `outcomes` are the times at which each came back."""

    def __init__(self, *changes: tuple[float, list[ApplyItem]], end: float) -> None:
        self.outcomes: dict[int, float] = {}
        self.settled: list[float] = []
        self._changes = changes
        self._end = end

    async def run(self, folder: Path, durability: Durability) -> None:
        endpoint = await opened(folder, OpenRole.TARGET, RecordedSystem())
        self._watch = Watch()
        async for outcomes in endpoint.apply(self._items(), durability):
            assert all(outcome.problem is None for outcome in outcomes)
            self.settled.append(self._watch.seconds)
            self.outcomes.update((outcome.id, self._watch.seconds) for outcome in outcomes)
        await endpoint.close()

    async def _items(self) -> AsyncIterator[ApplyItem]:
        for seconds, items in self._changes:
            await asyncio.sleep(seconds - self._watch.seconds)
            for item in items:
                yield item
        await asyncio.sleep(self._end - self._watch.seconds)


def make(id: int) -> list[ApplyItem]:
    changes: list[Change] = [MakeFolder(id, (b"%d" % id,))]
    return [changes]


TIMINGS = {
    Durability.BATCH: {1: 1 + BATCH_SECONDS_MAX, 2: 1 + BATCH_SECONDS_MAX, 3: 5 + BATCH_SECONDS_MAX},
    Durability.FILE: {1: 1 + BATCH_SECONDS_MAX, 2: 1 + BATCH_SECONDS_MAX, 3: 5 + BATCH_SECONDS_MAX},
    Durability.NONE: {1: 1.0, 2: 1.15, 3: 5.0},
}


@pytest.mark.parametrize("durability", Durability)
def test_a_batch_is_settled_so_long_after_its_first_change(data: Path, durability: Durability) -> None:
    script = Script((1.0, make(1)), (1.15, make(2)), (5.0, make(3)), end=9.0)

    play(lambda: script.run(data, durability))

    assert script.outcomes == pytest.approx(TIMINGS[durability])


@pytest.mark.parametrize(
    ("durability", "wait"), [(Durability.BATCH, BATCH_SECONDS_MAX), (Durability.NONE, 0.0)]
)
def test_an_announced_file_alone_starts_no_batch(data: Path, durability: Durability, wait: float) -> None:
    announced: list[Change] = [WriteFile(1, (b"new",), 0o644, 3)]
    script = Script((1.0, [announced]), (3.0, [pack((1, b"new"))]), end=9.0)

    play(lambda: script.run(data, durability))

    assert (script.outcomes, script.settled) == ({1: 3.0 + wait}, [3.0 + wait, 9.0])


def test_the_end_settles_what_still_waits(data: Path) -> None:
    script = Script((1.0, make(1)), end=1.0)

    play(lambda: script.run(data, Durability.BATCH))

    assert script.outcomes == {1: 1.0}


def test_a_delete_waits_until_all_before_it_is_committed(data: Path) -> None:
    plant(data, {"old": b"old"})
    system = RecordedSystem()

    async def main() -> None:
        endpoint = await opened(data, OpenRole.TARGET, system)
        await applied(
            endpoint,
            WriteFile(1, (b"new",), 0o644, 3),
            pack((1, b"new")),
            Delete(2, (b"old",), Kind.FILE, stamp(data / "old")),
            durability=Durability.BATCH,
        )
        await endpoint.close()

    play(main)
    assert [name for name, _ in system.record.called("rename", "unlink")] == ["rename", "unlink"]


# Cancellation


class HeldDisk:
    """A machine on which one call lasts until it is released."""

    def __init__(self) -> None:
        self.system = RecordedSystem()
        self.reached = threading.Event()
        self.released = threading.Event()

    def hold(self, call: str = "fsync") -> None:
        """Let the next call of that name last."""
        self.system.record.before[call] = self._hold

    def _hold(self) -> None:
        self.reached.set()
        self.released.wait()


def test_whoever_is_cancelled_during_a_commit_leaves_after_it(data: Path) -> None:
    disk = HeldDisk()

    async def main() -> None:
        endpoint = await opened(data, OpenRole.TARGET, disk.system)
        disk.hold()
        changes = (WriteFile(1, (b"new",), 0o644, 3), pack((1, b"new")))
        applying = asyncio.create_task(applied(endpoint, *changes, durability=Durability.BATCH))
        await asyncio.to_thread(disk.reached.wait)
        for _ in range(3):
            applying.cancel()
            await asyncio.sleep(0.005)
        left_early, staged = applying.done(), temporaries(data)
        disk.released.set()
        with pytest.raises(asyncio.CancelledError):
            await applying
        await endpoint.close()
        assert (left_early, len(staged)) == (False, 1)

    run(main())
    assert contents(data) == {"new": b"new"}


def test_whoever_is_cancelled_while_a_slow_folder_is_opened_closes_it(data: Path) -> None:
    """What is opened in a thread arrives after the cancellation, and must not be lost."""
    disk = HeldDisk()
    disk.system.record.before["open"] = lambda: time.sleep(
        2 * SLOW_SECONDS
    )  # so that what follows goes to a thread
    disk.hold("mkdir")

    async def main() -> None:
        location = LocalLocation("shown", os.fsencode(data / "missing"))
        applicant = Applicant("a run", ("here", "job"), stays)
        endpoint = LocalEndpoint(disk.system, location, Writers(disk.system), applicant)
        opening = asyncio.create_task(endpoint.open(OpenRole.TARGET))
        await asyncio.to_thread(disk.reached.wait)
        opening.cancel()
        disk.released.set()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await endpoint.close()

    run(main())


def test_the_folder_that_was_found_to_be_apart_is_the_one_that_is_written_to(data: Path) -> None:
    """Somebody puts a link to the source into its place as soon as it has been looked at."""
    plant(data, {"source/file": b"kept", "target": None})
    system = RecordedSystem()

    def exchange() -> None:
        (data / "target").rename(data / "moved")
        (data / "target").symlink_to("source")

    async def main() -> None:
        system.record.before["fstat"] = exchange
        endpoint = await opened(data / "target", OpenRole.TARGET, system)
        batches = [batch async for batch in endpoint.scan(Order(), Filters())]
        await endpoint.close()
        assert [listing.entries for batch in batches for listing in batch] == [[]]

    run(main())


async def one_file(staged: asyncio.Event) -> AsyncIterator[ApplyItem]:
    """Give one file, tell when it is taken, and never end."""
    yield [WriteFile(1, (b"new",), 0o644, 3)]
    yield pack((1, b"new"))
    staged.set()
    await asyncio.Event().wait()


def test_what_is_staged_but_not_being_committed_goes_when_the_verb_is_cancelled(data: Path) -> None:
    async def main() -> None:
        staged = asyncio.Event()
        endpoint = await opened(data, OpenRole.TARGET)
        applying = asyncio.ensure_future(anext(endpoint.apply(one_file(staged), Durability.BATCH)))
        await staged.wait()
        assert len(temporaries(data)) == 1
        await end_task(applying)
        assert contents(data) == {}
        await endpoint.close()

    run(main())


def test_buffers_are_given_back_once_they_are_written(data: Path) -> None:
    released: list[int] = []

    def content(id: int) -> Content:
        made = pack((id, b"new"))
        return Content(made.header, made.buffers, lambda: released.append(id))

    async def items() -> AsyncIterator[ApplyItem]:
        yield [WriteFile(id, (b"%d" % id,), 0o644, 3) for id in (1, 2)]
        yield content(1)
        assert released == [1]
        yield content(2)

    async def main() -> None:
        endpoint = await opened(data, OpenRole.TARGET)
        async for _ in endpoint.apply(items(), Durability.NONE):
            pass
        await endpoint.close()

    run(main())
    assert released == [1, 2]


# Opening


class UnknownVolume(RecordedSystem):
    """This machine, but for a volume that does not say how it is."""

    def volume(self, fd: int) -> Volume:
        raise OSError(errno.EIO, "the disk")


@pytest.mark.parametrize("role", OpenRole)
def test_a_volume_that_cannot_be_asked_makes_its_folder_unreachable(data: Path, role: OpenRole) -> None:
    async def main() -> None:
        location = LocalLocation("shown", os.fsencode(data))
        system = UnknownVolume()
        endpoint = LocalEndpoint(system, location, Writers(system), Applicant("a run", ("", ""), stays))
        with pytest.raises(FolderUnreachable) as raised:
            await endpoint.open(role)
        await endpoint.close()
        assert raised.value.fields == {"path": "shown", "reason": "the disk"}
        await (await opened(data, OpenRole.TARGET)).close()

    run(main())
