"""The client program: exit codes, the last event, which end is named, and how it is stopped."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from psync.core.errors import (
    EXIT_CONNECTION,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    Busy,
    ConnectRefused,
    FoldersOverlap,
    KeyMismatch,
    ListenerStopped,
    NotAFolder,
    SourceMissing,
    TargetParentMissing,
)
from psync.core.paths import is_temporary_name
from psync.core.settings import LOOPBACK, Durability
from psync.engine.copy import Copy
from psync.engine.events import ConnectionFailed, RunRefused, RunStarted, RunState
from psync.real.system import real_system
from psync.wire.keys import UNKEYED_PRS, Secret
from tests.engine.loops import run
from tests.engine.machine import Machine
from tests.engine.runs import Ran, copy, settings
from tests.engine.station import Station, listening
from tests.engine.trees import Tree, contents, plant

KEY = Secret(b"one key".ljust(32))
OTHER_KEY = Secret(b"another key".ljust(32))


@pytest.fixture
def nobody() -> Iterator[str]:
    """The address of a folder at a port that is taken and that nobody listens on."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        yield f"tcp://{LOOPBACK}:{taken.getsockname()[1]}/data"


def failed(ran: Ran) -> list[tuple[str, str, type]]:
    """Which connections failed: end, address as shown, cause."""
    events = [event for event in ran.events if isinstance(event, ConnectionFailed)]
    return [(event.role, event.uri, type(event.cause)) for event in events]


# What is refused before anything begins


@pytest.mark.parametrize(
    ("source", "target", "cause"),
    [
        ("missing", "target", SourceMissing),
        ("file", "target", NotAFolder),
        ("source", "file", NotAFolder),
        ("source", "missing/deep", TargetParentMissing),
        ("source", "source", FoldersOverlap),
        ("source", "source/below", FoldersOverlap),
        ("source/sub", "source", FoldersOverlap),
        ("source", "link", FoldersOverlap),
    ],
)
def test_folders_that_make_no_job_are_refused(
    source: str, target: str, cause: type[Exception], tmp_path: Path
) -> None:
    plant(tmp_path / "source", {"sub/a": b"a"})
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("source/sub")

    ran = run(copy(tmp_path / source, tmp_path / target))

    assert (ran.exit_code, [type(found) for found in ran.causes]) == (EXIT_USAGE, [cause])
    assert ran.summary.state is RunState.FAILED
    assert contents(tmp_path / "source") == {"sub": None, "sub/a": b"a"}
    assert not (tmp_path / "target").exists()


# One disk by several ways: with `delete`, a run out of its own target would empty its source.
ONE_DISK = {
    "here, and at a listener": ("{root}/a", "tcp://127.0.0.1:{port}/a"),
    "at a listener, and here": ("tcp://127.0.0.1:{port}/a/b", "{root}/a"),
    "by two names of a host": ("tcp://127.0.0.1:{port}/a/b", "tcp://localhost:{port}/a"),
    "by two spellings of RootPath": ("tcp://127.0.0.1:{port}/a/b", "tcp://127.0.0.1:{port}{root}/a"),
    "not there yet": ("{root}/a", "tcp://127.0.0.1:{port}/a/new/deeper"),
}


@pytest.mark.parametrize(("source", "target"), ONE_DISK.values(), ids=ONE_DISK.keys())
@pytest.mark.parametrize("dry_run", [False, True], ids=["run", "dry run"])
def test_a_folder_is_known_by_whatever_way_it_is_reached(
    source: str, target: str, dry_run: bool, tmp_path: Path
) -> None:
    tree: Tree = {"a/b/kept": b"kept"}

    async def main() -> Ran:
        async with listening(tmp_path) as station:
            plant(station.root, tree)
            ends = (end.format(root=station.root, port=station.port) for end in (source, target))
            return await copy(*ends, delete=True, dry_run=dry_run)

    ran = run(main())

    assert (ran.exit_code, [type(cause) for cause in ran.causes]) == (EXIT_USAGE, [FoldersOverlap])
    assert contents(tmp_path / "root") == {"a": None, "a/b": None, "a/b/kept": b"kept"}


def test_a_missing_source_is_said_before_anybody_is_dialled(tmp_path: Path, nobody: str) -> None:
    ran = run(copy(tmp_path / "missing", nobody))

    assert [type(cause) for cause in ran.causes] == [SourceMissing]


def test_a_missing_folder_of_a_listener_is_no_empty_source(tmp_path: Path) -> None:
    plant(tmp_path / "target", {"kept": b"kept"})

    async def main() -> Ran:
        async with listening(tmp_path) as station:
            assert (await station.pull("/missing", tmp_path / "new")).exit_code == EXIT_USAGE
            return await station.pull("/missing", tmp_path / "target", delete=True)

    ran = run(main())

    assert (ran.exit_code, [str(cause) for cause in ran.causes]) == (
        EXIT_USAGE,
        ["The source folder '/missing' does not exist."],
    )
    assert contents(tmp_path / "target") == {"kept": b"kept"}
    assert not (tmp_path / "new").exists()


# Which end is named


@pytest.mark.parametrize("role", ["source", "target"])
def test_a_listener_that_refuses_its_folder_is_named(role: str, tmp_path: Path) -> None:
    async def main() -> Ran:
        async with listening(tmp_path) as station:
            (station.root / "file").write_bytes(b"")
            ends = {"source": plant(tmp_path / "here", {}), "target": tmp_path / "here"}
            ends |= {role: station.address("/file")}
            return await copy(ends["source"], ends["target"])

    ran = run(main())

    (refused,) = (event for event in ran.events if isinstance(event, RunRefused))
    assert (type(refused.cause), refused.role, refused.uri) == (NotAFolder, role, rf"TCP:\\{LOOPBACK}\file")
    assert ran.exit_code == EXIT_USAGE


def test_a_folder_of_this_machine_that_is_refused_needs_no_address(tmp_path: Path) -> None:
    ran = run(copy(tmp_path / "missing", tmp_path / "target"))

    refused = ran.events[0]
    assert isinstance(refused, RunRefused)
    assert (refused.role, refused.uri) == ("", "")


@pytest.mark.parametrize("role", ["source", "target"])
def test_the_end_that_cannot_be_reached_is_named(role: str, tmp_path: Path, nobody: str) -> None:
    plant(tmp_path / "here", {})
    ends = (nobody, tmp_path / "here") if role == "source" else (tmp_path / "here", nobody)

    ran = run(copy(*ends))

    assert ran.exit_code == EXIT_CONNECTION
    assert failed(ran) == [(role, rf"TCP:\\{LOOPBACK}\data", ConnectRefused)]


@pytest.mark.parametrize("role", ["source", "target"])
def test_of_two_listeners_the_one_with_another_key_is_named(role: str, tmp_path: Path) -> None:
    async def main() -> Ran:
        async with two_stations(tmp_path, role) as (source, target):
            plant(source.root / "s", {})
            return await copy(source.address("/s"), target.address("/t"), prs=KEY)

    ran = run(main())

    assert failed(ran) == [(role, rf"TCP:\\{LOOPBACK}\{role[0]}", KeyMismatch)]


def two_stations(base: Path, other_key: str) -> "Stations":
    return Stations(base, {role: OTHER_KEY if role == other_key else KEY for role in ("source", "target")})


class Stations:
    """Two listeners, with a key each."""

    def __init__(self, base: Path, keys: dict[str, Secret]) -> None:
        for role in keys:
            (base / role).mkdir()
        self._both = [listening(base / role, key) for role, key in keys.items()]

    async def __aenter__(self) -> tuple[Station, Station]:
        return await self._both[0].__aenter__(), await self._both[1].__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        for each in reversed(self._both):
            await each.__aexit__(*error)


def test_a_local_target_that_somebody_writes_to_is_named_though_the_source_is_remote(tmp_path: Path) -> None:
    target = plant(tmp_path / "target", {})
    fd = os.open(target, os.O_RDONLY)
    lock = real_system().lock_folder(fd, exclusive=True)
    os.close(fd)
    assert lock is not None

    async def main() -> Ran:
        async with listening(tmp_path) as station:
            plant(station.root / "s", {})
            return await station.pull("/s", target)

    ran = run(main())
    lock.release()

    assert failed(ran) == [("target", str(target), Busy)]
    assert f"The target {target} is busy: this process writes to it" in str(ran.causes[0])


async def run_until_the_listener_stops(folder: Path, role: str) -> Ran:
    """Run a job whose one end, in `role`, is behind a listener that stops when the run has started."""
    async with listening(folder) as station:
        plant(station.root / "there", {"b": b"b"})
        ends = [plant(folder / "here", {"a": b"a"}), station.address("/there")]
        ran = Ran()

        def hear(event: Any) -> None:
            ran.events.append(event)
            if isinstance(event, RunStarted):
                station.listener.stop()

        options = settings(*(reversed(ends) if role == "source" else ends), UNKEYED_PRS)
        ran.exit_code = await Copy(options, UNKEYED_PRS, real_system(), hear).main()
        return ran


@pytest.mark.parametrize("role", ["source", "target"])
def test_a_listener_that_stops_is_named_with_its_reason(role: str, tmp_path: Path) -> None:
    ran = run(run_until_the_listener_stops(tmp_path, role))

    assert (ran.exit_code, failed(ran)) == (
        EXIT_CONNECTION,
        [(role, rf"TCP:\\{LOOPBACK}\there", ListenerStopped)],
    )
    assert str(ran.causes[0]) == f"The listener at {LOOPBACK} was stopped."


# Stopping


async def stop_during_a_sync(source: Path, target: Path) -> int:
    """Run a job, stop it twice while its first file is being synced, and give its exit code."""
    is_syncing, may_go_on = threading.Event(), threading.Event()

    def wait(sync: Callable[[int], None], fd: int) -> None:
        is_syncing.set()
        may_go_on.wait()
        sync(fd)

    events: list[Any] = []
    options = settings(source, target, UNKEYED_PRS, durability=Durability.FILE)
    program = Copy(options, UNKEYED_PRS, Machine(fsync=wait), events.append)
    running = asyncio.create_task(program.main())
    threading.Timer(0.2, may_go_on.set).start()
    await asyncio.to_thread(is_syncing.wait)
    program.stop()
    program.stop()
    exit_code = await running
    assert events[-1].state is RunState.FAILED
    return exit_code


def test_a_run_that_is_stopped_finishes_its_commit_and_leaves_nothing_half(tmp_path: Path) -> None:
    source = plant(tmp_path / "source", {f"{number}": b"x" * 1000 for number in range(50)})
    target = tmp_path / "target"

    assert run(stop_during_a_sync(source, target)) == EXIT_INTERRUPTED
    assert {path.stat().st_size for path in target.iterdir()} <= {1000}
    assert [path for path in target.iterdir() if is_temporary_name(os.fsencode(path.name))] == []


@pytest.mark.parametrize("turns", [0, 1, 5, 20, 60, 200])
def test_a_run_can_be_stopped_at_any_moment(turns: int, tmp_path: Path) -> None:
    plant(tmp_path / "source", {f"{number}/x": b"x" * 100_000 for number in range(20)})

    async def main() -> int:
        async with listening(tmp_path) as station:
            program = Copy(
                settings(tmp_path / "source", station.address("/t"), UNKEYED_PRS),
                UNKEYED_PRS,
                real_system(),
                lambda event: None,
            )
            running = asyncio.create_task(program.main())
            for _ in range(turns + 1):
                await asyncio.sleep(0)
            program.stop()
            return await running

    assert run(main()) in (EXIT_INTERRUPTED, 0)
    target = tmp_path / "root" / "t"
    assert [path for path in target.rglob("*") if is_temporary_name(os.fsencode(path.name))] == []


# Who a run is


def test_runs_of_one_job_are_known_as_such_whatever_the_port(tmp_path: Path) -> None:
    def label(target: str, **options: Any) -> str:
        chosen = settings(tmp_path, target, UNKEYED_PRS, **options)
        return Copy(chosen, UNKEYED_PRS, real_system(), lambda event: None)._label().id

    same = label("tcp://127.0.0.1:7333/data")
    assert label("tcp://127.0.0.1:7444/data") == same
    others = [
        label("tcp://127.0.0.1/data2"),
        label("tcp://127.0.0.2/data"),
        label("tcp://127.0.0.1/data", job="Another"),
    ]
    assert len({same, *others}) == 4


def test_bytes_on_the_wire_are_those_of_both_connections(tmp_path: Path) -> None:
    async def main() -> tuple[Ran, int]:
        (tmp_path / "two").mkdir()
        async with listening(tmp_path) as one, listening(tmp_path / "two") as two:
            plant(one.root / "s", {"a": b"x" * 5000})
            ran = await copy(one.address("/s"), two.address("/t"))
            ended = [*await one.until_sessions(1), *await two.until_sessions(1)]
            return ran, sum(session.bytes_received + session.bytes_sent for session in ended)

    ran, counted = run(main())

    # The goodbyes cross after the run has been summed up.
    assert ran.summary.bytes_literal == 5000
    assert 10_000 < ran.summary.bytes_wire <= counted
