"""psync with its attempts to connect written down: whom it dials is in the file, whether anybody answers or not."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import psync
from tests.checkout import ROOT


def attempts(log: Path) -> list[list[object]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


def said(log: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "conformance.adapters.audited", str(log), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def carried_out(log: Path, *arguments: str) -> int:
    return said(log, *arguments).returncode


def test_each_attempt_to_connect_is_written_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (tmp_path / "a").mkdir()

    address = ["--port", str(port), str(tmp_path / "a"), "tcp://127.0.0.1/srv/b"]
    code = carried_out(tmp_path / "log", "copy", "--allow-unauthenticated-network", *address)

    assert (code != 0, attempts(tmp_path / "log")) == (True, [["127.0.0.1", port]])


def test_who_connects_to_nobody_has_written_nothing(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a/file").write_text("content")

    code = carried_out(tmp_path / "log", "copy", str(tmp_path / "a"), str(tmp_path / "b"))

    assert (code, attempts(tmp_path / "log")) == (0, [])
    assert (tmp_path / "b/file").read_text() == "content"


@pytest.mark.parametrize(("bugs", "code"), [("port.exclusive", "PORT_INVALID"), ("", "ROOT_PATH_INVALID")])
def test_a_process_has_the_bugs_that_it_is_told_of(tmp_path: Path, monkeypatch, bugs: str, code: str) -> None:
    monkeypatch.setenv("CONFORMANCE_BUGS", bugs)

    told = said(tmp_path / "log", "listen", "--port", "65535", "--root-path", str(tmp_path / "missing"))

    assert code in told.stderr


@pytest.mark.parametrize("version", ["99.0", ""])
def test_a_process_is_of_the_version_that_it_is_told_of(tmp_path: Path, monkeypatch, version: str) -> None:
    monkeypatch.setenv("CONFORMANCE_VERSION", version)

    assert said(tmp_path / "log", "--version").stdout == f"psync {version or psync.__version__}\n"
