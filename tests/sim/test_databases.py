"""Databases of a simulated machine: kills, power cuts, a full disk, a second process."""

import asyncio
import errno
from random import Random

import pytest

from psync.system import Database, System
from sim.machine import Machine
from sim.world import World

PATH = "/state/state.db"


def _machine(world: World) -> Machine:
    machine = world.machine("here")
    machine.files.make_folder(b"/state")
    machine.disk.journal.sync_all()
    return machine


async def _commit_for_ever(synchronous: str, system: System) -> int:
    """Count commits, the last one under way."""
    database = system.databases.open(PATH)
    database.execute(f"PRAGMA synchronous = {synchronous}")
    database.execute("CREATE TABLE commits (number INTEGER)")
    for number in range(1, 6):
        database.execute("INSERT INTO commits VALUES (?)", (number,))
        database.commit()
    database.execute("INSERT INTO commits VALUES (6)")
    await asyncio.get_running_loop().create_future()
    return 0


def _commits_left(synchronous: str, seed: int, *, is_power_cut: bool) -> int:
    """How many commits are there after the end of the process or the machine."""
    counted: list[int] = []

    async def count(_settings: None, system: System) -> int:
        database = system.databases.open(PATH)
        try:
            counted.append(len(database.execute("SELECT number FROM commits")))
        except OSError:
            counted.append(0)  # not even the table
        database.close()
        return 0

    async def scenario(machine: Machine) -> None:
        process = machine.start(_commit_for_ever, synchronous)
        await asyncio.sleep(1)
        if is_power_cut:
            machine.power_cut(Random(seed).randrange)
            machine.boot()
        else:
            process.kill()
        await machine.start(count, None).wait()

    with World(seed) as world:
        world.run(scenario(_machine(world)))
    return counted[0]


@pytest.mark.parametrize("synchronous", ["FULL", "NORMAL", "OFF"])
def test_a_kill_takes_only_what_was_not_committed(synchronous: str) -> None:
    assert _commits_left(synchronous, 1, is_power_cut=False) == 5


def test_a_synced_commit_survives_a_power_cut() -> None:
    assert {_commits_left("FULL", seed, is_power_cut=True) for seed in range(10)} == {5}


def test_without_a_sync_a_power_cut_takes_some_of_the_last_commits() -> None:
    left = {_commits_left("NORMAL", seed, is_power_cut=True) for seed in range(30)}

    assert min(left) < 5
    assert len(left) > 2


async def _refused(machine: Machine, work: object) -> int:
    numbers: list[int] = []

    async def main(_settings: None, system: System) -> int:
        database: Database | None = None
        try:
            database = system.databases.open(PATH)
            database.execute("CREATE TABLE IF NOT EXISTS t (content BLOB)")
            database.execute("INSERT INTO t VALUES (?)", (work,))  # type: ignore[arg-type]  # also what SQLite refuses
        except OSError as error:
            numbers.append(error.errno or 0)
        finally:
            if database is not None:
                database.close()
        return 0

    await machine.start(main, None).wait()
    return sum(numbers)


def test_a_full_disk_is_a_limit_of_pages() -> None:
    with World(1) as world:
        machine = _machine(world)
        machine.databases.pages_max = 4

        assert world.run(_refused(machine, bytes(100_000))) == errno.ENOSPC


def test_a_database_that_another_process_has_is_busy() -> None:
    async def scenario(machine: Machine) -> int:
        process = machine.start(_commit_for_ever, "FULL")
        await asyncio.sleep(1)
        refused = await _refused(machine, b"")
        process.kill()
        return refused + await _refused(machine, b"")

    with World(1) as world:
        assert world.run(scenario(_machine(world))) == errno.EBUSY
