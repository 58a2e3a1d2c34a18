"""`python -m conformance`."""

import subprocess
import sys

from tests.checkout import ROOT


def test_the_exit_code_reaches_the_shell():
    command = [sys.executable, "-m", "conformance", "list", "--select", "nix"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert (ran.returncode, ran.stdout, ran.stderr) == (4, "", "Error: No requirement is selected.\n")


def test_a_reader_that_has_seen_enough_ends_it_quietly():
    command = [sys.executable, "-m", "conformance", "list", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""

    assert running.returncode == 1
