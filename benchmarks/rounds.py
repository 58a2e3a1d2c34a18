"""Rows of the table, and how they are measured: in turns, so that a change of the machine meets both."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct

from benchmarks.program import BenchmarkFailed, Program, durability, timed
from benchmarks.workload import Amount, amount


class Row(Struct, frozen=True):
    """One line of the table: a tree, whether the target has it already, and whether runs are synced."""

    work: str
    source: Path
    is_unchanged: bool = False
    is_synced: bool = False


class Timing(Struct, frozen=True):
    """One program in one row; seconds of each run, in the order of the runs."""

    program: str
    durability: str
    encryption: str
    seconds: list[float]

    @property
    def median_seconds(self) -> float:
        return median(self.seconds)


class Measured(Struct, frozen=True):
    """A row with its figures. Caches are warm: the source has just been written or read."""

    work: str
    files: int
    bytes: int
    file_system: str
    timings: list[Timing]
    caches: str = "warm"

    @property
    def ratio(self) -> float:
        """The first program's median to the second's."""
        first, second = self.timings
        return first.median_seconds / second.median_seconds


def warm_up(programs: Sequence[Program], empty: Path) -> None:
    """Have each program and its server read, and where it is Python compiled, before anything is timed."""
    for program in programs:
        timed(program.push(empty, "target", is_synced=False), program.environment)
        _remove(program.served / "target")


def measure(row: Row, programs: Sequence[Program], rounds: int, file_system: str) -> Measured:
    """Run all programs in turns, A B A B; whatever is not the run itself is not timed."""
    expected = amount(row.source)
    seconds: dict[str, list[float]] = {program.name: [] for program in programs}
    if row.is_unchanged:
        for program in programs:
            timed(program.push(row.source, "target", is_synced=row.is_synced), program.environment)
    for _ in range(rounds):
        for program in programs:
            seconds[program.name].append(_run(row, program, expected))
    for program in programs:
        _remove(program.served / "target")
    timings = [
        Timing(
            program.name,
            durability(program, is_synced=row.is_synced),
            program.encryption,
            seconds[program.name],
        )
        for program in programs
    ]
    return Measured(row.work, expected.files, expected.bytes, file_system, timings)


def _run(row: Row, program: Program, expected: Amount) -> float:
    """Time one run, onto a disk that has nothing else to write."""
    target = program.served / "target"
    if not row.is_unchanged:
        _remove(target)
    os.sync()
    seconds = timed(program.push(row.source, "target", is_synced=row.is_synced), program.environment)
    if (arrived := amount(target)) != expected:
        raise BenchmarkFailed(f"{program.name} has brought {arrived} of {expected}")
    if not row.is_unchanged:
        _remove(target)
    return seconds


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
