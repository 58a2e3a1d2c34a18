"""Which files the tests of the project itself look at."""

import subprocess
from pathlib import Path

from tests.checkout import tracked_files


def test_without_git_the_folder_is_walked(tmp_path: Path):
    for name in ["psync/a.py", "psync/__pycache__/a.pyc", ".tox/b.py", ".ci/run"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert tracked_files(tmp_path) == [".ci/run", "psync/a.py"]


def test_with_git_what_it_ignores_is_left_out_and_what_is_new_is_seen(tmp_path: Path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("dist/\n")
    for name in ["psync/new.py", "dist/old.py"]:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()

    assert tracked_files(tmp_path) == [".gitignore", "psync/new.py"]
