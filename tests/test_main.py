"""`python -m psync`, and the console script."""

import subprocess
import sys
import tomllib

from psync.__main__ import main
from tests.checkout import ROOT


def test_the_exit_code_reaches_the_shell():
    ran = subprocess.run([sys.executable, "-m", "psync", "nix"], capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Error: USAGE: psync: No such command 'nix'.\n")


def test_the_console_script_is_the_same_program():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    assert settings["project"]["scripts"] == {"psync": f"{main.__module__}:{main.__name__}"}
