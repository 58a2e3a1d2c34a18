"""Tests that need a peer: run where it is, counted where it is not, an error in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
TESTS = """
import pytest

def test_that_needs_nothing(): pass

@pytest.mark.needs_rsync
@pytest.mark.parametrize("number", [1, 2])
def test_that_needs_a_peer(number): pass

@pytest.mark.needs_rsync
@pytest.mark.needs_strace
def test_that_needs_both(): pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text("utf-8"))
    (tmp_path / "test_peers.py").write_text(TESTS)
    (tmp_path / "bin").mkdir()
    return tmp_path


def _install(project: Path, *peers: str) -> None:
    for peer in peers:
        program = project / "bin" / peer
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)


def _run(project: Path, *options: str, **environment: str) -> tuple[int, str]:
    """Run the project's tests where only the programs in its `bin` are installed."""
    command = [sys.executable, "-m", "pytest", "--strict-markers", "-p", "no:cacheprovider", *options]
    rest = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST"))}
    result = subprocess.run(
        command,
        cwd=project,
        env={**rest, "PATH": str(project / "bin"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
    )
    return result.returncode, result.stdout + result.stderr


def test_where_the_peers_are_every_test_runs(project: Path):
    _install(project, "rsync", "strace")

    code, output = _run(project)

    assert code == 0
    assert "4 passed in" in output
    assert "deselected" not in output


@pytest.mark.parametrize("options", [[], ["-p", "xdist", "-n", "2"]], ids=["one process", "workers"])
def test_tests_without_their_peer_are_counted_and_not_run(project: Path, options: list[str]):
    _install(project, "strace")

    code, output = _run(project, *options)

    assert code == 0
    assert "deselected 3 tests: rsync is not installed\n" in output
    assert "1 passed" in output


def test_each_missing_peer_is_named_with_its_count(project: Path):
    _install(project, "rsync")

    _, output = _run(project)

    assert "deselected 1 tests: strace is not installed\n" in output
    assert "rsync is not" not in output


@pytest.mark.parametrize("options", [[], ["-p", "xdist", "-n", "2"]], ids=["one process", "workers"])
def test_in_continuous_integration_a_missing_peer_ends_the_run(project: Path, options: list[str]):
    _install(project, "strace", "chromium")

    code, output = _run(project, *options, CI="true")

    assert code == pytest.ExitCode.USAGE_ERROR
    assert output.strip() == "ERROR: CI=true, and rsync is not installed, nobody may mount"
