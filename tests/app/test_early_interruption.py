"""A signal before there is an event loop ends a command with its code and its last line.

A fifo that nobody writes to holds a command where it reads its password. What
Python tells of its imports says how far it is.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psync.app.interruption import NUMBERS, interruptible, is_noted
from tests.app.psync_process import Background, Site, wait_until
from tests.app.terminal import on_terminal

SUMMARY = '{"event":"summary","job":"Replication","state":"failed",'

# Modules that a process has loaded, soon after its start, in the middle and at last.
MOMENTS = ("click.core\n", "psync.core.errors\n", "asyncio\n", "psync.app.run\n")


@pytest.fixture
def password(site: Site) -> Path:
    """A password file that does not end."""
    path = site.folder / "password"
    os.mkfifo(path, 0o600)
    return path


def start(site: Site, password: Path, *arguments: str) -> Background:
    """Run a command that tells of its imports and then waits for its password."""
    command = [sys.executable, "-X", "importtime", "-m", "psync", *arguments]
    return site.start_command([*command, "--password-file", str(password)])


def told(err: str) -> list[str]:
    """What was said beside the imports."""
    return [line for line in err.splitlines() if not line.startswith("import time:")]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("moment", MOMENTS, ids=str.strip)
def test_a_run_that_is_interrupted_while_it_starts_has_its_summary(
    site: Site, password: Path, moment: str, number: int
):
    site.tree("source")
    running = start(site, password, "copy", "--json", "source", site.address("/docs"))

    running.wait_for(moment)
    ran = running.end(number)

    assert (ran.code, told(ran.err)) == (130, ["Interrupted."])
    assert ran.out.startswith(SUMMARY)


@pytest.fixture
def writer(password: Path) -> Iterator[list[int]]:
    """Descriptors that hold the password file open."""
    opened: list[int] = []
    yield opened
    for fd in opened:
        os.close(fd)


def begin_reading(password: Path, writer: list[int]) -> None:
    """Wait until somebody reads the password."""

    def is_read() -> bool:
        try:
            writer.append(os.open(password, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    wait_until(is_read)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_run_that_waits_for_its_password_can_be_interrupted(
    site: Site, password: Path, writer: list[int], number: int
):
    site.tree("source")
    running = site.start("copy", "source", site.address("/docs"), "--password-file", str(password))

    begin_reading(password, writer)
    ran = running.end(number)

    assert (ran.code, ran.out, ran.err) == (130, "", "Interrupted.\n")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("moment", MOMENTS, ids=str.strip)
def test_a_listener_that_has_served_nobody_yet_is_stopped_in_order(
    site: Site, password: Path, moment: str, number: int
):
    running = start(site, password, "listen", "--instance", site.instance, "--port", str(site.port))

    running.wait_for(moment)
    ran = running.end(number)

    assert (ran.code, ran.out, told(ran.err)) == (0, "", ["Interrupted."])


def test_a_prompt_that_is_interrupted_is_the_end(site: Site):
    arguments = ("copy", "--json", "--ask-password", str(site.tree("source")), site.address("/docs"))

    code, shown = on_terminal(site, *arguments, prompt="Password: ", typed="\x03")

    assert code == 130
    assert SUMMARY in shown


def test_what_is_interruptible_leaves_signals_as_they_were():
    before = [signal.getsignal(number) for number in NUMBERS]

    with interruptible():
        assert [signal.getsignal(number) for number in NUMBERS] != before

    assert ([signal.getsignal(number) for number in NUMBERS], is_noted()) == (before, False)
