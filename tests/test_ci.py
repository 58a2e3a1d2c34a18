"""Continuous integration runs the README's test command, installs the peers first, and keeps reports.

`.ci/run` is run in a folder of its own where only stand-ins of the programs it
calls are installed: `apt-get` writes down what it is asked for.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from conformance.targets import BUILT_IN
from tests.checkout import ROOT
from tests.conformance.figures import TARGETS
from tests.conformance.typed import parsed_run
from tests.conftest import PROGRAMS

TOOLS = ("bash", "dirname", "env", "grep", "mkdir", "mktemp", "rm")  # of the script and its stand-ins
COMMAND = "python -c 'import os, sys; print(os.environ[\"CI\"], sys.prefix)' && : python -m tox"


def _program(folder: Path, name: str, script: str = "") -> None:
    path = folder / name
    path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / "README.md").write_text(f"# psync\n\n    python -m tox -e tests\n\n```sh\n{COMMAND}\n```\n")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    (tmp_path / "bin/python3").symlink_to(Path(sys.executable).resolve())
    _program(tmp_path / "bin", "apt-get", 'echo "$*" >>apt-get.log')
    return tmp_path


def _run(checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin"), "TMPDIR": str(checkout), "HOME": os.environ["HOME"]}
    return subprocess.run(
        [checkout / ".ci/run"],
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def _asked_for(checkout: Path) -> list[str]:
    log = checkout / "apt-get.log"
    return log.read_text().splitlines() if log.exists() else []


def test_it_runs_the_readmes_command_in_a_new_virtual_environment(checkout: Path):
    for peer in PROGRAMS:
        _program(checkout / "bin", peer)

    result = _run(checkout)

    assert result.returncode == 0, result.stderr
    shown, printed = result.stdout.splitlines()
    assert shown == f"+ {COMMAND}"
    assert re.fullmatch(rf"true {checkout}/tmp\.\w+", printed)
    assert _asked_for(checkout) == []


@pytest.mark.parametrize("installed", [(), PROGRAMS[:1], PROGRAMS[1:]], ids=["none", "first", "rest"])
def test_a_peer_that_tests_need_and_that_is_missing_is_installed(checkout: Path, installed: tuple[str, ...]):
    (checkout / "README.md").write_text("")  # ends the run before it makes an environment
    for peer in installed:
        _program(checkout / "bin", peer)

    _run(checkout)

    missing = [peer for peer in PROGRAMS if peer not in installed]
    assert _asked_for(checkout) == ["update", f"install --yes --no-install-recommends {' '.join(missing)}"]


def test_a_failing_test_command_fails_the_run(checkout: Path):
    (checkout / "README.md").write_text("python || exit 7; : python -m tox\n")
    (checkout / "bin/python3").unlink()
    _program(checkout / "bin", "python3", 'mkdir "$3/bin"; echo >"$3/bin/activate"')  # an empty environment

    assert _run(checkout).returncode == 7


@pytest.mark.parametrize("readme", ["", f"{COMMAND}\n{COMMAND}\n"], ids=["no command", "two commands"])
def test_a_readme_without_exactly_one_test_command_fails_the_run(checkout: Path, readme: str):
    (checkout / "README.md").write_text(readme)

    result = _run(checkout)

    assert (result.returncode, result.stdout) == (2, "")


def test_the_readme_has_exactly_one_test_command_and_it_needs_only_pip():
    readme = (ROOT / "README.md").read_text("utf-8")

    commands = re.findall(r"^python.* -m tox$", readme, re.MULTILINE)

    assert commands == ["python -m pip install tox && python -m tox"]


def _after(*words: str) -> list[list[str]]:
    """What follows these words in the commands of tox."""
    tox = ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", "utf-8")
    commands = [section.get("commands", "").replace("\\\n", " ") for section in tox.values()]
    lines = [shlex.split(line) for text in commands for line in text.splitlines()]
    return [line[len(words) :] for line in lines if line[: len(words)] == [*words]]


def test_psync_is_put_to_the_test_and_every_report_is_kept_in_a_folder_of_this_checkout():
    suffixes = {"json_file": ".json", "junit": ".xml", "html": ".html", "badge": ".svg"}
    asked = _after("python", "-m", "conformance", "run")
    runs = {options["target"]: options for options in (parsed_run(["run", *words]) for words in asked)}

    assert set(runs) == set(BUILT_IN)
    for target, options in runs.items():
        kept = {name: options[name].name for name in suffixes}
        assert kept == {name: target.partition(":")[2] + suffix for name, suffix in suffixes.items()}
        assert {(ROOT / options[name]).parent for name in suffixes} == {ROOT / "reports"}
    assert (ROOT / "reports/.gitignore").read_text() == "*\n!.gitignore\n"


def test_both_levels_and_the_readme_are_held_against_each_other():
    kept = [f"reports/{file}" for file in TARGETS.values()]

    assert _after("python", "-m", "conformance", "diff") == [["--common", *kept]]
    assert _after("python", "-m", "tests.conformance.figures") == [["--check"]]
