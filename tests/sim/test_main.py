"""`python -m sim`."""

import subprocess
import sys

from tests.checkout import ROOT


def test_the_exit_code_reaches_the_shell():
    ran = subprocess.run([sys.executable, "-m", "sim", "nix"], cwd=ROOT, capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Error: No such command 'nix'. There are: coverage, " in ran.stderr
