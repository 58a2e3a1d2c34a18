"""A run that ends in the middle of a file: the target keeps the old one, and the next run finishes.

A wire that stops carrying holds every run at the same place.
"""

import signal
from pathlib import Path

import pytest

from tests.app.psync_process import HOST, Background, Site, contents, wait_until
from tests.app.services import Wire, wire

LARGE = bytes(range(256)) * 4096 * 4  # compared by size first, sent in pieces
OLD = b"the version before"


@pytest.fixture(autouse=True)
def target(site: Site) -> Path:
    """A target with an old version of what the source has."""
    (site.tree("source") / "large").write_bytes(LARGE)
    target = site.root / "docs"
    target.mkdir()
    (target / "large").write_bytes(OLD)
    return target


def start(site: Site, port: int, stuck: Wire) -> Background:
    """A run that is stuck in the middle of the file."""
    running = site.start("copy", "source", f"tcp://{HOST}:{port}/docs")
    assert stuck.is_stuck.wait(60)
    wait_until(lambda: temporaries(site.root / "docs"))
    return running


def temporaries(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".psync-")]


def finish(site: Site, target: Path) -> None:
    """The next run brings the file, and nothing else is left."""
    ran = site.run("copy", "source", site.address("/docs"))

    assert (ran.code, contents(target)) == (0, {"large": LARGE})


def test_a_listener_that_is_killed_leaves_the_old_file_and_the_next_run_clears_up(site: Site, target: Path):
    with site.listener() as listener, wire(site.port) as (port, stuck):
        running = start(site, port, stuck)
        listener.end(signal.SIGKILL)
        ran = running.wait()

    assert ran.code == 3
    assert ran.first_errors[2].startswith(f"Cause: CONNECTION_LOST: The connection to {HOST} was lost: ")
    assert (target / "large").read_bytes() == OLD
    assert len(temporaries(target)) == 1
    with site.listener():
        finish(site, target)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_client_that_is_interrupted_leaves_the_old_file(site: Site, target: Path, number: int):
    with site.listener() as listener, wire(site.port) as (port, stuck):
        running = start(site, port, stuck)
        ran = running.end(number)
        listener.wait_for("session")

        assert (ran.code, contents(target)) == (130, {"large": OLD})
        finish(site, target)
    assert ran.out.startswith("Interrupted: 0 files sent")
    assert ran.err == "Stopping after what is being committed; a second signal stops at once.\n"


def test_a_client_that_is_killed_leaves_the_old_file(site: Site, target: Path):
    with site.listener() as listener, wire(site.port) as (port, stuck):
        ran = start(site, port, stuck).end(signal.SIGKILL)
        listener.wait_for("session")

        assert (ran.code, contents(target)) == (-signal.SIGKILL, {"large": OLD})
        finish(site, target)


def test_a_listener_that_is_stopped_sends_its_clients_home_and_clears_up(site: Site, target: Path):
    with site.listener() as listener, wire(site.port) as (port, stuck):
        running = start(site, port, stuck)
        ended, ran = listener.end(signal.SIGTERM), running.wait()

    assert (ended.code, ran.code) == (0, 3)
    assert contents(target) == {"large": OLD}
    assert "session" in ended.out


def test_a_second_signal_ends_a_listener_at_once(site: Site):
    with site.listener() as listener, wire(site.port) as (port, stuck):
        running = start(site, port, stuck)
        listener.process.send_signal(signal.SIGINT)
        listener.wait_for("Stopping")
        ended = listener.end(signal.SIGINT)
        running.process.kill()
        running.wait()

    assert ended.code in (0, -signal.SIGINT), "it may have been done by then"
