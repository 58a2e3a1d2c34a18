"""What only real processes have: ends by signals, faults of a wire, and things that could be left behind."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.adapters.process_world import UNSEEN, ProcessWorld, Program, obeying_permissions
from conformance.adapters.worlds import world_operations
from conformance.content import Made
from conformance.stage import Client, Listener, NotSupported, Refused, Stage
from conformance.targets import open_target
from tests.app.psync_process import free_port
from tests.conformance.served import Served

SECONDS_MAX = 20.0


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(Served(world_operations(ProcessWorld), "real"))
    stage.begin(near="posix", far="posix")
    yield stage
    stage.end()


def folder(stage: Stage) -> Path:
    """All of a world."""
    return Path(stage.machines["far"].base).parent


def listening(stage: Stage) -> Listener:
    return stage.listen("far", root_path=stage.machines["far"].at())


def pushing(stage: Stage, size: int) -> Client:
    near, far = stage.machines["near"], stage.machines["far"]
    stage.plant("near", near.at("data"), {"large": Made(size, "x")})
    remote = {"host": far.host, "path": far.at("copy")}
    return stage.start("near", source={"path": near.at("data")}, target=remote)


def is_gone(process_id: int) -> bool:
    """Whether a process has ended, or does so within a moment."""
    deadline = time.monotonic() + SECONDS_MAX
    while Path(f"/proc/{process_id}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not Path(f"/proc/{process_id}").exists()


def test_the_end_of_a_world_leaves_no_process_no_thread_and_no_folder(stage: Stage) -> None:
    threads = threading.enumerate()
    listener = listening(stage)
    stage.fault("silent", "near", "far", after_bytes=1000)
    client = pushing(stage, 1_000_000)
    assert client.wait(1.0).state == "running"
    whole = folder(stage)

    stage.end()

    assert (is_gone(listener.pid), whole.exists()) == (True, False)
    assert threading.enumerate() == threads


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_listener_that_hangs_or_was_killed_holds_up_no_end(stage: Stage, number: int) -> None:
    listener, whole = listening(stage), folder(stage)
    os.kill(listener.pid, number)

    stage.end()

    assert (is_gone(listener.pid), whole.exists()) == (True, False)


def test_an_adapter_whose_input_ends_ends_its_world(tmp_path: Path) -> None:
    with closing(open_target("builtin:process")) as target:
        stage = Stage(target)
        stage.begin(near="posix", far="posix")
        listener, whole = listening(stage), folder(stage)

    assert (is_gone(listener.pid), whole.exists()) == (True, False)


def test_a_reset_ends_a_client_and_healing_lets_the_next_one_through(stage: Stage) -> None:
    listening(stage)
    fault = stage.fault("reset", "near", "far", after_bytes=100_000)
    assert pushing(stage, 1_000_000).wait().state == "failed"
    stage.heal(fault)

    assert pushing(stage, 1_000_000).wait().state == "converged"


def test_no_machine_is_a_windows_one() -> None:
    with pytest.raises(NotSupported, match="which is no Windows"):
        Stage(Served(world_operations(ProcessWorld))).begin(far="windows")


@pytest.mark.parametrize(
    ("op", "params", "reason"),
    [
        ("clock.advance", {"seconds": 60.0}, "nobody waits for 60 s on a real clock"),
        ("net.fault", {"name": "f", "kind": "flood", "between": [], "after_bytes": 0}, "no fault 'flood'"),
        ("net.name", {}, "this adapter has no operation 'net.name'"),
    ],
)
def test_what_real_machines_cannot_do_is_not_supported(stage: Stage, op: str, params, reason: str) -> None:
    with pytest.raises(NotSupported, match=reason):
        stage.ask(op, params)


def test_a_listener_without_one_may_if_that_is_accepted_and_has_a_port_of_its_own(stage: Stage) -> None:
    listener = stage.listen("far", root_path=stage.machines["far"].at(), exposed=True, unauthenticated=True)

    assert (listener.ports(), listener.port == 7333) == ([listener.port], False)
    assert "NOT AUTHENTICATED" in listener.warnings[0]


def test_a_listener_with_a_key_may_be_open_to_all(stage: Stage) -> None:
    with pytest.raises(Refused, match="NETWORK_UNAUTHENTICATED"):
        stage.listen("far", root_path=stage.machines["far"].at(), exposed=True)

    settings = {"exposed": True, "port": free_port(), "user": "somebody", "password": "something long"}
    listener = stage.listen("far", root_path=stage.machines["far"].at(), **settings)
    assert listener.ports() == [settings["port"]]


def test_a_setting_that_psync_refuses_is_told_with_its_code(stage: Stage) -> None:
    with pytest.raises(Refused, match="PORT_INVALID"):
        stage.listen("far", root_path=stage.machines["far"].at(), port=99_999)


@pytest.fixture
def anew() -> Iterator[None]:
    """What is known of this machine is found out again, before and after the test."""
    obeying_permissions.cache_clear()
    yield
    obeying_permissions.cache_clear()


def test_permissions_count_for_a_process_whoever_starts_it(tmp_path: Path) -> None:
    denied = tmp_path / "denied"
    denied.touch(0o000)
    words = obeying_permissions()
    assert words is not None

    assert subprocess.run([*words, "cat", str(denied)], check=False, capture_output=True).returncode == 1


@pytest.mark.usefixtures("anew")
def test_where_they_cannot_count_nothing_is_denied(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("conformance.adapters.process_world.UNPRIVILEGED", ["/no/such/program"])

    with pytest.raises(NotSupported, match="to whom nothing can be denied here"):
        stage.ask("fs.deny", {"machine": "far", "path": stage.machines["far"].at("a")})


@pytest.mark.usefixtures("anew")
def test_who_is_not_root_needs_nothing_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert obeying_permissions() == []


@pytest.mark.parametrize(("shown", "mark"), [(None, ""), ([], UNSEEN)])
def test_a_text_counts_that_the_operator_has_seen(stage: Stage, monkeypatch, shown, mark: str) -> None:
    if shown is not None:
        monkeypatch.setattr(Program, "shown", shown)

    told = pushing(stage, 10).wait()

    assert [text.partition(": ")[0] for text in told.messages] == [
        "Could not initialize target device",
        "Connection Failure",
    ]
    assert [text.endswith(UNSEEN) for text in told.messages] == [bool(mark)] * 2
