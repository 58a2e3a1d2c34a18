"""The real machine keeps the contract of `System`: all that it names, and nothing else."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from psync.core.paths import PathStyle
from psync.real.system import real_system
from psync.system import FolderLocked, InstanceClaimed, OperatingSystem, System, Volume

EXPENSIVE = ("asyncio", "ctypes", "socket", "subprocess", "tempfile", "logging")


def offered(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def named_by(protocol: type) -> set[str]:
    return offered(protocol) | {name for name in protocol.__annotations__ if not name.startswith("_")}


def test_the_allow_list_offers_what_the_protocol_names_and_nothing_else() -> None:
    assert offered(real_system().os) == named_by(OperatingSystem)


def test_the_machine_offers_what_the_protocol_names_and_nothing_else() -> None:
    assert offered(real_system()) == named_by(System)


@pytest.mark.parametrize("name", sorted(named_by(OperatingSystem)))
def test_a_call_is_the_one_of_module_os_itself(name: str) -> None:
    assert getattr(real_system().os, name) is getattr(os, name)


@pytest.mark.parametrize("name", ["open", "O_PATH", "system"], ids=["a call", "a constant", "a new name"])
def test_the_allow_list_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(real_system().os, name, os.system)


def test_a_call_that_the_protocol_does_not_name_cannot_be_made() -> None:
    with pytest.raises(AttributeError):
        getattr(real_system().os, "system")  # noqa: B009  # no type checker would let it pass otherwise


def test_the_names_of_this_machine_are_those_of_the_kernel() -> None:
    system = real_system()
    assert (system.path_style, system.host_name, system.process_id, system.user_id) == (
        PathStyle.POSIX,
        os.uname().nodename,
        os.getpid(),
        os.geteuid(),
    )


def test_the_environment_is_a_copy_that_cannot_be_written() -> None:
    environment = real_system().environment
    assert dict(environment) == dict(os.environ)
    with pytest.raises(TypeError):
        environment["PSYNC"] = "1"  # type: ignore[index]  # it must fail as it runs


def test_the_environment_does_not_show_in_a_message() -> None:
    assert all(value not in repr(real_system()) for value in os.environ.values() if len(value) > 12)


def test_the_clock_is_the_wall_clock() -> None:
    before = time.time_ns()
    now = real_system().now_ns()
    assert before <= now <= time.time_ns()


def test_random_bytes_have_the_length_asked_for_and_do_not_repeat() -> None:
    first, second = (real_system().random_bytes(32) for _ in range(2))
    assert (len(first), len(second), first == second) == (32, 32, False)


def test_a_volume_is_described_synced_and_locked_through_the_system() -> None:
    system = real_system()
    folder = os.open("/dev/shm", os.O_RDONLY)
    try:
        assert isinstance(system.volume(folder), Volume)
        system.sync_volume(folder)
    finally:
        os.close(folder)


def test_a_folder_is_locked_through_the_system(tmp_path: Path) -> None:
    system = real_system()
    folder = os.open(tmp_path, os.O_RDONLY)
    lock = system.lock_folder(folder, exclusive=False)
    with pytest.raises(FolderLocked):
        system.lock_folder(folder, exclusive=True)
    assert lock is not None
    lock.release()
    os.close(folder)


def test_an_instance_is_claimed_through_the_system() -> None:
    system = real_system()
    claim = system.claim_instance(f"test-{os.getpid()}")
    with pytest.raises(InstanceClaimed):
        system.claim_instance(f"test-{os.getpid()}")
    claim.release()


def test_what_a_command_may_not_need_is_not_loaded_at_its_start() -> None:
    question = f"import sys, psync.real.system; print([m for m in {EXPENSIVE} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, check=True, text=True)
    assert answer.stdout == "[]\n"
