"""How rows are measured, with programs that do nothing but copy."""

import os
import shlex
from pathlib import Path

import pytest

from benchmarks.program import BenchmarkFailed, timed
from benchmarks.rounds import Measured, Row, Timing, measure


class Copier:
    """Copies with a shell, and notes that it ran."""

    encryption = "none"
    environment = os.environ

    def __init__(self, name: str, folder: Path, command: str = "cp -a {source}/. {target}") -> None:
        self.name = name
        self.served = folder / name
        self.served.mkdir()
        self._log = folder / "log"
        self._command = command

    def push(self, source: Path, target: str, *, is_synced: bool) -> list[str]:
        places = {"source": shlex.quote(str(source)), "target": shlex.quote(str(self.served / target))}
        noting = (
            f"echo {self.name} $(test -e {places['target']} && echo again) >> {shlex.quote(str(self._log))}"
        )
        return ["sh", "-c", f"{noting}; {self._command.format(**places)}"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "file").write_bytes(b"12345")
    return folder


@pytest.mark.parametrize(
    ("is_unchanged", "runs"),
    [
        (False, ["psync", "rsync", "psync", "rsync"]),
        (True, ["psync", "rsync", "psync again", "rsync again", "psync again", "rsync again"]),
    ],
)
def test_programs_take_turns(is_unchanged: bool, runs: list[str], source: Path, tmp_path: Path) -> None:
    programs = [Copier("psync", tmp_path), Copier("rsync", tmp_path)]

    measured = measure(Row("copying", source, is_unchanged=is_unchanged), programs, 2, "ext4")

    assert (tmp_path / "log").read_text().replace(" \n", "\n").split("\n")[:-1] == runs
    assert (measured.files, measured.bytes) == (1, 5)
    assert [len(timing.seconds) for timing in measured.timings] == [2, 2]


def test_a_program_that_brings_nothing_is_found_out(source: Path, tmp_path: Path) -> None:
    programs = [Copier("psync", tmp_path, command="mkdir {target}"), Copier("rsync", tmp_path)]

    with pytest.raises(BenchmarkFailed, match=r"psync has brought Amount\(files=0, bytes=0\) of Amount"):
        measure(Row("copying", source), programs, 1, "ext4")


def test_a_run_that_fails_shows_why() -> None:
    with pytest.raises(BenchmarkFailed, match=r"(?s)exit code 3 of .*it broke"):
        timed(["sh", "-c", "echo it broke >&2; exit 3"], os.environ)


def test_the_ratio_is_that_of_the_medians() -> None:
    ours = Timing("psync", "none", "AES-256-GCM", [1.0, 9.0, 2.0])
    theirs = Timing("rsync", "no sync", "none", [4.0, 1.0, 8.0])

    assert Measured("copying", 1, 1, "ext4", [ours, theirs]).ratio == 0.5
