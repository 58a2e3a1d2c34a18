"""A copy of this checkout in which a promise is broken: an oracle that expects every target to be empty."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.checkout import ROOT

WRONG_ORACLE = """

def expected_tree(source: Tree, target: Tree, *, is_deleting: bool, exclusions: Exclusions) -> Tree:
    return {}
"""


def break_copy(folder: Path) -> Path:
    """Copy what `python -m sim` needs, and break it."""
    for package in ("psync", "sim"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "sim" / "oracle.py").open("a", encoding="utf-8") as oracle:
        oracle.write(WRONG_ORACLE)
    return folder


def simulate(*words: str, checkout: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run `python -m sim` in a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "sim", *words]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
