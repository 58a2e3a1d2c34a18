"""The identity of a machine's listener: made once, for its owner only, and refused when it is not what it was."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psync.core.errors import IdentityUnusable
from psync.engine.identity import FILE_NAME, load_identity
from psync.real.system import real_system
from psync.system import System
from tests.disk.recorded_system import RecordedSystem
from tests.engine.loops import run
from tests.engine.runs import copy
from tests.engine.station import Station, listening

FILE = FILE_NAME.decode()


def load(folder: Path, system: System | None = None) -> bytes:
    return load_identity(system or real_system(), os.fsencode(folder)).to_bytes()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "local" / "state"

    seed = load(folder)

    assert [path.name for path in folder.iterdir()] == [FILE]
    assert (folder / FILE).read_bytes() == seed
    assert [mode(folder / FILE), mode(folder), mode(tmp_path / "local")] == [0o600, 0o700, 0o700]


def test_every_start_after_that_reads_the_same_identity_and_writes_nothing(tmp_path: Path) -> None:
    seed = load(tmp_path)
    system = RecordedSystem()

    assert load(tmp_path, system) == seed
    assert system.record.called("write", "rename", "unlink", "fchmod") == []


def test_two_machines_have_two_identities(tmp_path: Path) -> None:
    assert load(tmp_path / "one") != load(tmp_path / "other")


def test_the_file_can_be_copied_to_another_machine_for_a_failover(tmp_path: Path) -> None:
    seed = load(tmp_path / "one")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE).write_bytes(seed)

    assert load(tmp_path / "other") == seed


def test_the_identity_is_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    system = RecordedSystem()

    load(tmp_path, system)

    calls = [name for name, _ in system.record.called("write", "fsync", "rename")]
    assert calls == ["write", "fsync", "rename", "fsync"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "an identity has 32 bytes, not 0", id="empty"),
        pytest.param(bytes(31), "an identity has 32 bytes, not 31", id="cut"),
        pytest.param(bytes(33), "an identity has 32 bytes, not 33", id="too long"),
    ],
)
def test_a_damaged_identity_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(IdentityUnusable) as refused:
        load(tmp_path)

    assert str(refused.value) == f"The listener's identity in '{tmp_path}' cannot be read or made: {reason}."
    assert (tmp_path / FILE).read_bytes() == content


def plant_a_file(folder: Path) -> None:
    folder.write_bytes(b"")


def plant_a_folder_of_the_name(folder: Path) -> None:
    (folder / FILE).mkdir(parents=True)


def plant_a_loop(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).symlink_to(FILE)


@pytest.mark.parametrize(
    ("plant", "reason"),
    [
        (plant_a_file, "Not a directory"),
        (plant_a_folder_of_the_name, "Is a directory"),
        (plant_a_loop, "Too many levels of symbolic links"),
    ],
)
def test_a_state_folder_that_holds_something_else_is_refused_by_its_name(
    tmp_path: Path, plant: Callable[[Path], None], reason: str
) -> None:
    folder = tmp_path / "state"
    plant(folder)

    with pytest.raises(IdentityUnusable) as refused:
        load(folder)

    assert refused.value.fields == {"path": str(folder), "reason": reason}


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_an_identity_that_could_not_be_written_leaves_nothing_behind(tmp_path: Path, call: str) -> None:
    system = RecordedSystem()
    system.record.fail[call] = 28

    with pytest.raises(IdentityUnusable) as refused:
        load(tmp_path, system)

    assert refused.value.fields == {"path": str(tmp_path), "reason": "No space left on device"}
    assert list(tmp_path.iterdir()) == []


def test_a_start_while_another_one_makes_the_identity_says_so_until_it_is_there(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    lock = real_system().lock_folder(fd, exclusive=True)
    assert lock is not None

    with pytest.raises(IdentityUnusable, match="makes it at this moment"):
        load(tmp_path)
    (tmp_path / FILE).write_bytes(bytes(32))

    assert load(tmp_path) == bytes(32)
    lock.release()
    os.close(fd)


class MadeMeanwhile(RecordedSystem):
    """Another listener makes the identity between the look and the lock of this one."""

    def lock_folder(self, fd: int, *, exclusive: bool) -> Any:
        self.other = load(Path(f"/proc/self/fd/{fd}").readlink())
        return super().lock_folder(fd, exclusive=exclusive)


def test_of_two_starts_at_once_the_second_takes_what_the_first_made(tmp_path: Path) -> None:
    system = MadeMeanwhile()

    assert load(tmp_path, system) == system.other


def test_a_listener_that_starts_again_is_known_by_the_same_identity(tmp_path: Path) -> None:
    async def main() -> list[int]:
        codes = []
        (tmp_path / "source").mkdir()
        for _ in range(2):
            async with listening(tmp_path) as station:
                codes.append((await copy(tmp_path / "source", station.address("/target"))).exit_code)
            seeds.append((tmp_path / "state" / FILE).read_bytes())
        return codes

    seeds: list[bytes] = []
    assert run(main()) == [0, 0]
    assert seeds[0] == seeds[1]


def test_a_listener_without_a_usable_identity_does_not_start_and_frees_its_name(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_bytes(b"damaged")
    station = Station(tmp_path)

    with pytest.raises(IdentityUnusable):
        run(station.listener.main())

    real_system().claim_instance(station.settings.instance).release()
