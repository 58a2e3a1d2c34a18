"""Databases: a real one and a simulated one do the same with every statement, commit and refusal."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psync.real.system import real_system
from psync.system import Database, Databases, System
from sim.world import World
from tests.system.machines import missing_in

# Has a program work with the databases of its machine, at a path of it.
Work = Callable[[Databases, str], object]
Machine = Callable[[Work], object]


@pytest.fixture(params=["this machine", "a simulated machine"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    """Run each piece of work as a program of its own."""
    if request.param == "this machine":
        yield lambda work: work(real_system().databases, str(tmp_path / "state.db"))
        return
    with World(seed=1) as world:
        here = world.machine("here")
        here.files.make_folder(b"/state")

        def run(work: Work) -> object:
            results: list[object] = []

            async def main(_settings: None, system: System) -> int:
                results.append(work(system.databases, "/state/state.db"))
                return 0

            world.run(here.start(main, None).wait())
            return results[0]

        yield run


def _made(databases: Databases, path: str) -> Database:
    database = databases.open(path)
    database.execute("CREATE TABLE IF NOT EXISTS files (name BLOB PRIMARY KEY, size INTEGER)")
    database.commit()
    return database


def _rows(databases: Databases, path: str) -> object:
    database = _made(databases, path)
    found = database.execute("SELECT name, size FROM files ORDER BY name")
    database.close()
    return found


def test_it_has_all_that_a_database_is(machine: Machine) -> None:
    def work(databases: Databases, path: str) -> object:
        database = _made(databases, path)
        database.close()
        return missing_in(databases, Databases) + missing_in(database, Database)

    assert machine(work) == []


def test_what_was_committed_is_there_for_the_next_process(machine: Machine) -> None:
    def work(databases: Databases, path: str) -> None:
        database = _made(databases, path)
        database.execute("INSERT INTO files VALUES (?, ?)", (b"\xff", 1))
        database.execute_many("INSERT INTO files VALUES (?, ?)", [(b"b", 2**40), (b"a", None)])
        database.commit()
        database.close()

    machine(work)

    assert machine(_rows) == [(b"a", None), (b"b", 2**40), (b"\xff", 1)]


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_what_was_not_committed_is_forgotten(machine: Machine, end: str) -> None:
    def work(databases: Databases, path: str) -> None:
        database = _made(databases, path)
        database.execute("INSERT INTO files VALUES (?, ?)", (b"a", 1))
        if end == "rollback":
            database.rollback()
            database.commit()
        database.close()

    machine(work)

    assert machine(_rows) == []


REFUSED: dict[str, tuple[str, int]] = {
    "no statement": ("SELECT nothing FROM nowhere", errno.EILSEQ),
    "the same name twice": ("INSERT INTO files VALUES (x'61', 1), (x'61', 2)", errno.EIO),
}


@pytest.mark.parametrize(("statement", "number"), REFUSED.values(), ids=REFUSED)
def test_what_goes_wrong_is_an_error_of_the_system(machine: Machine, statement: str, number: int) -> None:
    def work(databases: Databases, path: str) -> object:
        database = _made(databases, path)
        with pytest.raises(OSError) as raised:  # noqa: PT011  # the number is what is compared
            database.execute(statement)
        database.close()
        return raised.value.errno

    assert machine(work) == number


def test_a_folder_that_is_missing_is_not_made(machine: Machine) -> None:
    def work(databases: Databases, path: str) -> object:
        with pytest.raises(FileNotFoundError):
            databases.open(f"{path}/../missing/state.db".replace("state.db/../", ""))
        return True

    assert machine(work)
