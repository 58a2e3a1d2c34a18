"""Disks that fail a call, and lie about it afterwards."""

import asyncio

from sim.faults import CallFails, DiskHangs, DiskReadOnly, SourceChanges
from sim.scenarios.pair import OLD_TREE, Pair
from sim.scenarios.scenario import scenario
from sim.scenarios.silence import DEAD_PEER_SECONDS_MAX, LONG_SECONDS
from sim.world import World


@scenario
async def sync_that_fails_once_and_then_succeeds(world: World) -> None:
    """After a failed fsync the next one says that all is well, and the pages are lost: no file may rely on it."""
    pair = Pair(world)
    await pair.listen()
    pair.arm(CallFails("far", "sync_volume", 1, "EIO"))
    pair.arm(CallFails("far", "fsync", 1, "EIO"))

    await pair.push()

    assert pair.effects["CallFails"] > 0
    pair.far.power_cut(pair.choose("cut"))
    pair.far.boot()
    assert all(
        content in (OLD_TREE.get(path), pair.source()[path]) for path, content in pair.target().items()
    )
    await pair.listen()
    await pair.converge()


@scenario
async def disk_that_hangs_in_a_sync(world: World) -> None:
    """The sync takes longer than anybody waits for a silent peer: the listener goes on answering, and all arrives."""
    pair = Pair(world)
    await pair.listen()
    pair.arm(DiskHangs("far", "fsync", 2, DEAD_PEER_SECONDS_MAX))

    started = world.loop.time()
    assert await pair.push() == 0

    assert world.loop.time() - started > DEAD_PEER_SECONDS_MAX
    assert pair.effects["DiskHangs"] == 1
    assert pair.target() == pair.source()


@scenario
async def disk_that_hangs_on_the_loop(world: World) -> None:
    """The disk hangs where the listener does not expect it, and the listener with it: the next run arrives."""
    pair = Pair(world)
    await pair.listen()
    heal = pair.arm(DiskHangs("far", "scandir", 1, LONG_SECONDS))

    assert await pair.push() == 3

    assert pair.causes() == ["CONNECTION_LOST"]
    heal()
    await asyncio.sleep(DEAD_PEER_SECONDS_MAX)
    await pair.converge()


@scenario
async def read_only_disk(world: World) -> None:
    """The target's file system has become read-only: told as that, and no file changes; later all arrives."""
    pair = Pair(world)
    await pair.listen()
    heal = pair.arm(DiskReadOnly("far", 1))

    assert await pair.push() == 1

    assert {code for _, code in pair.problems()} == {"READ_ONLY_DISK"}
    assert pair.target() == OLD_TREE
    heal()
    await pair.converge()


@scenario
async def source_cannot_be_read(world: World) -> None:
    """One file of the source has a bad block: it fails alone, and the target keeps its version."""
    pair = Pair(world)
    await pair.listen()
    heal = pair.arm(CallFails("near", "pread", 1, "EIO", 1000))

    assert await pair.push() == 1

    assert {code for _, code in pair.problems()} == {"IO_ERROR"}
    assert pair.target()[b"changed"] == b"old"
    heal()
    await pair.converge()


@scenario
async def source_changes_while_it_is_read(world: World) -> None:
    """The user writes a file while psync reads it: the target has one of its versions, and later the last one."""
    pair = Pair(world)
    await pair.listen()
    heal = pair.arm(SourceChanges("near", 1))
    before = pair.source()

    await pair.push()

    assert pair.effects["SourceChanges"] == 1
    whole = {path: (before[path], OLD_TREE.get(path), content) for path, content in pair.source().items()}
    assert all(content in whole[path] for path, content in pair.target().items())
    heal()
    await pair.converge()
