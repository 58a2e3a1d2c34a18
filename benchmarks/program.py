"""What both programs have in common: a server on loopback, and a client that is timed from start to exit."""

import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

HOST = "127.0.0.1"
READY_SECONDS_MAX = 30.0
END_SECONDS_MAX = 30.0
POLL_SECONDS = 0.02


class BenchmarkFailed(Exception):
    """The benchmark cannot be run here; the text is for the user."""


class Program(Protocol):
    """One of the two. Targets are names below the server's own folder, `served`."""

    name: str
    encryption: str
    served: Path
    environment: Mapping[str, str]

    def push(self, source: Path, target: str, *, is_synced: bool) -> list[str]:
        """Give the command that brings the contents of `source` into `target`."""
        ...


def durability(program: Program, *, is_synced: bool) -> str:
    """Name what a program promises in a row: both sync, or neither."""
    if program.name == "psync":
        return "batch" if is_synced else "none"
    return "--fsync" if is_synced else "no sync"


def timed(command: list[str], environment: Mapping[str, str]) -> float:
    """Run a client; give the seconds from its start to its exit. Raises `BenchmarkFailed` with what it says."""
    started = time.perf_counter()
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        text = (done.stdout + done.stderr).decode("utf-8", "backslashreplace")
        raise BenchmarkFailed(f"exit code {done.returncode} of {' '.join(command)}\n{text}")
    return seconds


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def wait_until_listening(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait for a server's port; raise `BenchmarkFailed` with its log if it ends first, or takes too long."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(POLL_SECONDS)
    raise BenchmarkFailed(f"a server does not listen: {server.args!r}\n{log.read_text('utf-8', 'replace')}")


def end(server: "subprocess.Popen[bytes]") -> None:
    """End a server that we started, by force if it does not go."""
    server.terminate()
    try:
        server.wait(END_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
