"""The memory of a run does not depend on how many entries are unchanged."""

import subprocess
import sys
from pathlib import Path

from tests.checkout import ROOT

# Enough that the scan's read-ahead is full, and few enough that eight times as many can be
# names of one file everywhere (ext4: 65,000).
COUNT = 4000
TIMES = 8

# Held in full, eight times the entries would need five times the memory and more. What is allowed here
# is how far the two scans may happen to run ahead of each other.
GROWTH_MAX = 3.0


def peak_bytes(root: Path, count: int) -> int:
    root.mkdir()
    command = [sys.executable, "-m", "tests.acceptance.memory_probe", root, str(count)]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def test_eight_times_the_unchanged_entries_need_about_the_same_memory(root: Path) -> None:
    few = peak_bytes(root / "few", COUNT)
    many = peak_bytes(root / "many", COUNT * TIMES)

    assert many < few * GROWTH_MAX
