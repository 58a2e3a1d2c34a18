"""A process is killed before the change that is asked for: what came before is there, and nothing after it."""

import signal
import subprocess
import sys
from pathlib import Path

from conformance.adapters.kill import kill_file
from tests.checkout import ROOT

MAKING = """
import os, sys
from pathlib import Path
from conformance.adapters.kill import kill_before_change, kill_file
log = Path(sys.argv[1])
kill_before_change(log)
log.with_name("before").mkdir()
kill_file(log, os.getpid()).write_text("3")
for name in "abcd":
    log.with_name(name).mkdir()
"""


def test_a_process_is_killed_before_the_change_that_is_named_and_counts_from_then_on(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKING, str(tmp_path / "log")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)

    assert ended.returncode == -signal.SIGKILL
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["a", "b", "before"]


def test_each_process_is_asked_by_a_file_of_its_own(tmp_path: Path) -> None:
    assert kill_file(tmp_path / "log", 7) == tmp_path / "kill 7"
