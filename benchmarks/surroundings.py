"""What the figures depend on besides the programs."""

import os
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

import psync
from benchmarks.program import BenchmarkFailed


class Surroundings(Struct, frozen=True):
    """When, where and with what it was measured."""

    time: str
    cores: int
    kernel: str
    python: str
    psync: str
    rsync: str
    folder: str
    file_system: str


def surroundings(folder: Path, rsync_version: str) -> Surroundings:
    """Look around."""
    return Surroundings(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        cores=len(os.sched_getaffinity(0)),
        kernel=platform.release(),
        python=platform.python_version(),
        psync=psync.__version__,
        rsync=rsync_version,
        folder=str(folder),
        file_system=file_system(folder),
    )


def file_system(folder: Path) -> str:
    """Name the type of the file system that a folder lies on, from the longest mount point above it."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    above = [(len(point), kind) for _, point, kind, *_ in mounts if folder.resolve().is_relative_to(point)]
    return max(above)[1]


def require_room(folder: Path, needed_bytes: int) -> None:
    """Raise `BenchmarkFailed` before anything is written that would not fit."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        text = f"{needed_bytes / 1e9:.1f} GB are needed, and {free_bytes / 1e9:.1f} GB free"
        raise BenchmarkFailed(f"Not enough room in {folder}: {text}. --folder takes another.")
