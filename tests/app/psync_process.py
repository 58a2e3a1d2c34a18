"""psync as a user has it: real processes, real sockets on loopback, real files.

Each process gets a state folder and an instance of its own test, and none of
the environment that could give it a key.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

HOST = "127.0.0.1"
DEADLINE_SECONDS = 60
POLL_SECONDS = 0.02


class Ran(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it wrote with `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def first_errors(self) -> list[str]:
        """The lines on standard error without the remedy."""
        return [line for line in self.err.splitlines() if not line.startswith("Remedy: ")]


class Background:
    """A process that goes on; what it writes can be read at any time."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.out_file, self.err_file = (folder / f"{name}-{uuid4()}" for name in ("out", "err"))
        with self.out_file.open("wb") as out, self.err_file.open("wb") as err:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd=folder
            )

    @property
    def out(self) -> str:
        return self.out_file.read_text("utf-8")

    @property
    def err(self) -> str:
        return self.err_file.read_text("utf-8")

    def wait_for(self, words: str) -> None:
        """Wait until it has said so on either stream."""
        wait_until(lambda: words in self.out + self.err or self.process.poll() is not None)
        assert words in self.out + self.err, (self.process.poll(), self.out, self.err)

    def end(self, number: int = signal.SIGTERM) -> Ran:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> Ran:
        """Wait for the end."""
        code = self.process.wait(DEADLINE_SECONDS)
        return Ran(code, self.out, self.err)


class Site:
    """A folder for one test, and the processes in it. The listener's root is `root`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir()
        self.port = free_port()
        self.instance = f"test-{uuid4()}"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PSYNC_", "COV_"))
        }
        self.environment |= {"PSYNC_STATE_DIR": str(folder / "state"), "TMPDIR": str(folder)}

    def run(self, *arguments: str, **environment: str) -> Ran:
        """Run psync to its end."""
        return self.run_command(command(*arguments), **environment)

    def run_command(self, arguments: list[str], **environment: str) -> Ran:
        """Run any program to its end, where psync would run."""
        ran = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.environment | environment,
            cwd=self.folder,
            timeout=DEADLINE_SECONDS,
        )
        return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"))

    def start(self, *arguments: str) -> Background:
        """Start psync and leave it running."""
        return self.start_command(command(*arguments))

    def start_command(self, arguments: list[str]) -> Background:
        """Start any program where psync would run."""
        return Background(arguments, self.folder, self.environment)

    @contextmanager
    def listener(self, *arguments: str) -> Iterator[Background]:
        """A listener that is ready, on `port` below `root` unless told otherwise; killed at the end."""
        options = ["--port", str(self.port), "--instance", self.instance, *arguments]
        if "--root-path" not in arguments:
            options += ["--root-path", str(self.root)]
        listener = self.start("listen", *options)
        try:
            listener.wait_for("ready")
            yield listener
        finally:
            listener.process.kill()
            listener.process.wait()

    def address(self, path: str) -> str:
        """The address of a path on the listener's host."""
        return f"tcp://{HOST}:{self.port}{path}"

    def key_file(self, name: str, content: str) -> str:
        """A file with a secret."""
        file = self.folder / name
        file.write_text(content)
        file.chmod(0o600)
        return str(file)

    def tree(self, name: str, **files: str) -> Path:
        """A folder with files."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        for file, content in files.items():
            (folder / file).write_text(content)
        return folder


def command(*arguments: str) -> list[str]:
    """Run this checkout, whatever else is installed."""
    return [sys.executable, "-m", "psync", *arguments]


def free_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(condition) -> None:
    """Wait for something that happens soon; the deadline only ends a test that would hang."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(POLL_SECONDS)


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by their path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
