"""The templates of `conformance/ci` cannot rot: their scripts are carried out with a stand-in for Python.

What it is called with is read by the suite's own command line.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from conformance.selection import Shard
from tests.checkout import ROOT
from tests.conformance.typed import parsed_run

FOLDER = ROOT / "conformance/ci"
ACTION_TEXT, GITLAB_TEXT, WORKFLOW_TEXT, README = (
    (FOLDER / name).read_text("utf-8") for name in ("action.yml", "gitlab.yml", "workflow.yml", "README.md")
)
ACTION, WORKFLOW = yaml.safe_load(ACTION_TEXT), yaml.safe_load(WORKFLOW_TEXT)
GITLAB_HEAD, GITLAB = yaml.safe_load_all(GITLAB_TEXT)
STEPS = ACTION["runs"]["steps"]
JOB = GITLAB["conformance"]

INPUT = re.compile(r"\$(?:\{\{|\[\[) inputs\.([\w-]+) (?:\}\}|\]\])")

TARGET = "adapter:'./my adapter' --text \"$(no command)\""

STAND_IN = f"""\
#!{sys.executable}
import json, os, sys
with open(os.environ["CALLS"], "a") as file:
    print(json.dumps([os.environ.get("PYTHONPATH", ""), *sys.argv[1:]]), file=file)
"""


class Calls(NamedTuple):
    """How the scripts have called Python."""

    installed: list[str]
    python_path: str
    words: list[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the root of a checkout, with a deviation file and the stand-in."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text(STAND_IN)
    (tmp_path / "bin/python").chmod(0o755)
    (tmp_path / "known deviations.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def carried_out(shell: list[str], scripts: list[tuple[str, Mapping[str, str]]], folder: Path) -> Calls:
    """Run scripts with variables, of which the first installs the suite and the last runs it."""
    calls = folder / "calls"
    world = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "CALLS": str(calls)}
    for script, variables in scripts:
        ran = subprocess.run([*shell, script], env=world | variables, capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, "")
    install, run = map(json.loads, calls.read_text().splitlines())
    assert install[1:4] == ["-m", "pip", "install"]
    assert run[1:3] == ["-m", "conformance"]
    return Calls(install[4:], run[0], run[3:])


def on_github(folder: Path, **given: str) -> Calls:
    values = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | given
    places = {"GITHUB_ACTION_PATH": str(FOLDER), "GITHUB_OUTPUT": str(folder / "output")}
    scripts = [(step["run"], places | filled(step.get("env", {}), values)) for step in STEPS if "run" in step]
    return carried_out(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"], scripts, folder)


def on_gitlab(folder: Path, node: Mapping[str, str], **given: str) -> Calls:
    values = {
        name: str(one.get("default", "")) for name, one in GITLAB_HEAD["spec"]["inputs"].items()
    } | given
    script = "\n".join(JOB["script"])
    return carried_out(["sh", "-ec"], [(script, {**node, **filled(JOB["variables"], values)})], folder)


def filled(variables: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    return {name: INPUT.sub(lambda found: values[found[1]], text) for name, text in variables.items()}


def typed_options(calls: Calls, reports: str) -> tuple[Any, ...]:
    """Target, profile, share, deviations and strictness, once the four reports are known to be written into a folder."""
    options = parsed_run(calls.words)
    files = {name: str(options[name]) for name in ("json_file", "junit", "html", "badge")}
    suffixes = {"json_file": "json", "junit": "xml", "html": "html", "badge": "svg"}
    assert files == {name: f"{reports}/conformance.{suffix}" for name, suffix in suffixes.items()}
    shard = Shard.parse(options["shard"])
    share = shard.number, shard.count
    return options["target"], options["profile"], share, options["deviations"], options["strict"]


def test_the_action_runs_the_suite_with_what_it_was_given(folder: Path):
    given = {"profile": "core", "deviations": "known deviations.toml", "shard": "2/3", "strict": "true"}
    calls = on_github(folder, target=TARGET, **given)

    expected = (TARGET, "core", (2, 3), Path("known deviations.toml"), True)
    assert typed_options(calls, "conformance-reports") == expected
    assert (folder / "output").read_text() == "artifact=conformance-2-of-3\n"


def test_the_action_needs_nothing_but_a_target(folder: Path):
    calls = on_github(folder, target="builtin:process")

    assert typed_options(calls, "conformance-reports") == ("builtin:process", "full", (1, 1), None, False)
    assert [Path(path).resolve() for path in (*calls.installed, calls.python_path)] == [ROOT, ROOT]


def test_the_action_keeps_the_reports_of_a_run_that_fails():
    upload = STEPS[-1]

    assert upload["if"] == "always()"
    assert upload["with"]["path"] == "conformance-reports/"
    assert upload["with"]["name"] == "${{ steps.suite.outputs.artifact }}"
    assert [step.get("id") for step in STEPS].count("suite") == 1


def test_gitlabs_template_runs_the_suite_with_what_it_was_given(folder: Path):
    calls = on_gitlab(
        folder,
        {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"},
        target=TARGET,
        profile="core",
        deviations="known deviations.toml",
        suite="psync",
        strict="true",
    )

    expected = (TARGET, "core", (2, 3), Path("known deviations.toml"), True)
    assert typed_options(calls, "conformance-reports/2") == expected
    assert (calls.installed, calls.python_path) == (["./psync"], "psync")


def test_gitlabs_template_needs_nothing_but_a_target(folder: Path):
    calls = on_gitlab(folder, {}, target="builtin:process")

    assert typed_options(calls, "conformance-reports/1") == ("builtin:process", "full", (1, 1), None, False)


def test_gitlabs_template_keeps_the_reports_of_a_run_that_fails():
    assert JOB["parallel"] == "$[[ inputs.shards ]]"
    assert JOB["artifacts"] == {
        "when": "always",
        "paths": ["conformance-reports/"],
        "reports": {"junit": "conformance-reports/*/conformance.xml"},
    }


@pytest.mark.parametrize(
    ("text", "inputs"),
    [(ACTION_TEXT, ACTION["inputs"]), (GITLAB_TEXT, GITLAB_HEAD["spec"]["inputs"])],
    ids=["github", "gitlab"],
)
def test_every_input_is_used_and_explained_and_every_one_used_is_declared(text: str, inputs: dict[str, Any]):
    assert set(INPUT.findall(text)) == set(inputs)
    assert [name for name in inputs if f"\n| `{name}` |" not in README] == []
    assert all(one["description"] for one in inputs.values())


def test_no_script_holds_what_was_given():
    """A target could hold any text: pasted into a script, it would be a command."""
    scripts = [*(step.get("run", "") for step in STEPS), *JOB["script"]]

    assert [script for script in scripts if "{{" in script or "[[" in script] == []


def test_the_workflow_gives_the_action_what_it_takes():
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    given = [set(step["with"]) for step in steps if step["uses"] == "./conformance/ci"]

    required = {name for name, one in ACTION["inputs"].items() if one.get("required")}
    assert len(given) == len(WORKFLOW["jobs"])
    assert all(required <= names <= set(ACTION["inputs"]) for names in given)


def test_the_jobs_of_the_workflow_share_all_cases():
    shards = [Shard.parse(text) for text in WORKFLOW["jobs"]["linux"]["strategy"]["matrix"]["shard"]]

    assert shards == [Shard(number, len(shards)) for number in range(1, len(shards) + 1)]


def test_the_windows_job_says_that_nobody_has_run_it():
    windows = WORKFLOW["jobs"]["windows"]

    assert (windows["if"], windows["name"]) == (False, "Windows (not yet run)")
