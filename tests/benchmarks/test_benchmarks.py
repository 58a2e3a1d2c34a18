"""The benchmark works, compares like with like, and leaves nothing behind. Its times are nobody's business here."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.checkout import ROOT


def run(
    *options: str | Path, environment: Mapping[str, str] = os.environ
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "benchmarks", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def processes_with(word: str) -> list[str]:
    """Give the command lines that name something."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_text("utf-8", "replace").replace("\0", " ")
        except OSError:
            continue  # it has ended
        if word in line:
            found.append(line)
    return found


@pytest.mark.needs_rsync
def test_a_small_benchmark_measures_both_and_leaves_nothing(tmp_path: Path) -> None:
    work, kept = tmp_path / "work", tmp_path / "figures.json"
    work.mkdir()

    done = run("--small", "--rounds", "1", "--folder", work, "--json", kept)

    assert (done.returncode, list(work.iterdir()), processes_with(str(work))) == (0, [], [])
    rows = json.loads(kept.read_bytes())["rows"]
    assert [(row["work"], *(timing["durability"] for timing in row["timings"])) for row in rows] == [
        ("300 small files", "none", "no sync"),
        ("300 small files", "batch", "--fsync"),
        ("300 small files, unchanged", "none", "no sync"),
        ("one file of 8 MiB", "none", "no sync"),
        ("one file of 8 MiB", "batch", "--fsync"),
    ]
    assert all(row["work"] in done.stdout for row in rows)


@pytest.mark.needs_rsync
def test_a_benchmark_that_is_ended_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--small", "--folder", tmp_path]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "measuring: 300 small files\n"
        process.terminate()
        process.communicate()

    assert (process.returncode, list(tmp_path.iterdir()), processes_with(str(tmp_path))) == (143, [], [])


def test_without_rsync_the_benchmark_says_so(tmp_path: Path) -> None:
    done = run("--small", "--folder", tmp_path, environment={**os.environ, "PATH": str(tmp_path)})

    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert done.stderr == (
        "benchmarks: rsync is not installed, and there is nothing else to compare psync with.\n"
    )
