"""A listener that leaves its RootPath is seen at its first call."""

import pytest

from psync.system import System
from sim.checkers.checker import Broken
from sim.checkers.confined import Confined
from tests.sim.checkers.trials import beginning

ALLOWED = [b"/srv", b"/srv/data/new", b"/var", b"/var/psync", b"/var/psync/identity"]


@pytest.mark.parametrize("path", ALLOWED)
def test_the_root_and_the_state_folder_and_the_ways_there_are_allowed(path: bytes) -> None:
    assert _made(path) == ""


@pytest.mark.parametrize("path", [b"/etc/new", b"/srv2", b"/home", b"/srv/data/../../etc"])
def test_anything_else_is_told(path: bytes) -> None:
    assert _made(path) == f"confined: mkdir of {path!r}"


def test_a_folder_outside_may_not_even_be_opened() -> None:
    async def escape(_settings: None, system: System) -> int:
        fd = system.os.open(b"/etc", system.os.O_RDONLY)
        system.os.unlink(b"passwd", dir_fd=fd)
        return 0

    assert _broken(escape) == "confined: open of b'/etc'"


def test_what_lies_above_may_be_identified_and_nothing_beside_it_looked_at() -> None:
    async def look(_settings: None, system: System) -> int:
        fd = system.os.open(b"/srv/data", system.os.O_RDONLY)
        system.os.stat(b"../..", dir_fd=fd)
        system.os.stat(b"../../etc", dir_fd=fd)
        return 0

    assert _broken(look) == "confined: stat of b'/srv/data/../../etc'"


def test_a_name_is_looked_at_with_the_folder_that_it_is_relative_to() -> None:
    async def escape(_settings: None, system: System) -> int:
        fd = system.os.open(b"/", system.os.O_RDONLY)
        system.os.unlink(b"passwd", dir_fd=fd)
        return 0

    assert _broken(escape) == "confined: unlink of b'/passwd'"


def test_what_a_link_leads_to_is_looked_at() -> None:
    async def escape(_settings: None, system: System) -> int:
        system.os.symlink(b"/etc/tripwire", b"/srv/data/link", dir_fd=-1)
        system.os.open(b"/srv/data/link/secret", system.os.O_RDONLY)
        return 0

    assert _broken(escape) == "confined: open of b'/etc/tripwire/secret'"


def _made(path: bytes) -> str:
    async def make(_settings: None, system: System) -> int:
        try:
            system.os.mkdir(path)
        except OSError:
            return 1
        return 0

    return _broken(make)


def _broken(program: object) -> str:
    """What is told of a program on the listener's machine."""
    with beginning() as trial:
        process = trial.machine("far").start(program, None)  # type: ignore[arg-type]  # any coroutine function is a program
        try:
            trial.world.run(process.wait())
        except Exception as error:  # noqa: BLE001  # of the program, in which the checker has raised it
            [found] = getattr(error, "exceptions", [error])
            assert isinstance(found, Broken)
            return str(found)
    return ""


def test_a_changed_tripwire_is_told_in_the_end() -> None:
    with beginning() as trial:
        checker = Confined(trial)
        trial.machine("far").files.write(b"/etc/tripwire/secret", b"touched")

        with pytest.raises(Broken, match="files outside have changed"):
            checker.finish()
