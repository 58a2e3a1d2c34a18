"""The rsync daemon: the quickest that rsync has over TCP, since it does not encrypt."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.program import HOST, BenchmarkFailed, end, free_port, wait_until_listening

CONFIGURATION = """\
use chroot = no
reverse lookup = no
log file = {log}
[served]
path = {served}
read only = no
"""

# Without them a daemon of root writes as nobody.
ROOT = "uid = 0\ngid = 0\n"


class Rsync:
    """A daemon that serves `served`, and its clients."""

    name = "rsync"
    encryption = "none"
    environment = os.environ

    def __init__(self, served: Path, port: int) -> None:
        self.served = served
        self._url = f"rsync://{HOST}:{port}/served"

    def push(self, source: Path, target: str, *, is_synced: bool) -> list[str]:
        """Give the command of one run."""
        synced = ["--fsync"] if is_synced else []
        return ["rsync", "-a", *synced, f"{source}/", f"{self._url}/{target}/"]


@contextmanager
def rsync_serving(folder: Path) -> Iterator[Rsync]:
    """Run a daemon below `folder`, which is empty, for as long as the block lasts."""
    served, configuration, log = folder / "served", folder / "rsyncd.conf", folder / "log"
    served.mkdir()
    log.touch()
    text = CONFIGURATION.format(log=log, served=served) + (ROOT if os.geteuid() == 0 else "")
    configuration.write_text(text)
    port = free_port()
    places = [f"--config={configuration}", f"--address={HOST}", f"--port={port}"]
    server = subprocess.Popen(["rsync", "--daemon", "--no-detach", *places], stdin=subprocess.DEVNULL)
    try:
        wait_until_listening(server, port, log)
        yield Rsync(served, port)
    finally:
        end(server)


def require_rsync() -> str:
    """Give the version of rsync; raise `BenchmarkFailed` where there is none to compare with."""
    if shutil.which("rsync") is None:
        raise BenchmarkFailed("rsync is not installed, and there is nothing else to compare psync with.")
    if "--fsync" not in _output("--help"):
        raise BenchmarkFailed("This rsync has no --fsync: version 3.2.4 or later is needed.")
    return _output("--version").split()[2]


def _output(option: str) -> str:
    return subprocess.run(["rsync", option], check=True, capture_output=True, text=True).stdout
