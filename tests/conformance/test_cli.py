"""The command line, as an operator meets it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.vector import SCHEMA_NAME, VECTORS
from tests.checkout import ROOT
from tests.conformance.typed import typed

WELL_BEHAVED = f"{sys.executable} -m conformance.adapters.minimal"


@pytest.mark.parametrize(
    ("command", "code", "complaint"),
    [
        ("walk", 2, "No such command 'walk'. There are: coverage, diff, explain, list, mutants, run."),
        ("list --are ROOT", 2, "No such option '--are'. There are: --area, --help, --json, --select, --strength, -h."),
        ("list --area NIX", 2, "'NIX' is not one of 'TOP', 'CFG', "),
        ("list --strength Q", 2, "'Q' is not one of 'D', 'R', "),
        ("list --select PS-NIX-*", 4, "No requirement is selected."),
        ("explain", 2, "Missing argument 'ID'"),
        ("explain PS-ROOT-3", 2, "There is no id 'PS-ROOT-3'. Did you mean PS-ROOT-"),
        ("explain zzz", 2, "There is no id 'zzz'. `list` names them all."),
        ("coverage --guide nix", 2, "File 'nix' does not exist."),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_refused_and_what_is_known_named(
    command, code, complaint, monkeypatch, capsys
):
    said = typed(command.split(), monkeypatch, capsys)

    assert (said.code, said.out) == (code, "")
    assert complaint in said.err


@pytest.mark.parametrize(
    "command",
    ["list", "explain PS-ROOT-03", "explain dev-001", "explain topology-pull", "coverage", "--help"],
)
def test_what_is_typed_rightly_is_code_0(command, monkeypatch, capsys):
    said = typed(command.split(), monkeypatch, capsys)

    assert (said.code, said.err) == (0, "")
    assert said.out


def test_a_faulty_catalogue_is_told_without_a_traceback(tmp_path: Path):
    shutil.copytree(ROOT / "conformance", tmp_path / "conformance")
    (tmp_path / "conformance/decisions.toml").write_text("nonsense")

    ran = subprocess.run(
        [sys.executable, "-m", "conformance", "list"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.startswith("The catalogue is faulty.\ndecisions.toml: Expected '=' after a key")


VECTOR_FILES = sorted(
    str(file.relative_to(ROOT)) for file in VECTORS.rglob("*.json") if file.name != SCHEMA_NAME
)


@pytest.mark.parametrize("name", VECTOR_FILES)
def test_with_any_one_vector_file_emptied_or_gone_the_run_fails(tmp_path: Path, name: str):
    """Whether it has nothing in it, no vector or is not there: nobody takes what was not asked for a pass."""
    shutil.copytree(ROOT / "conformance", tmp_path / "conformance")
    whole = json.loads((ROOT / name).read_text("utf-8"))
    for text in ("", json.dumps({**whole, "vectors": []}), None):
        (tmp_path / name).unlink() if text is None else (tmp_path / name).write_text(text)
        command = [sys.executable, "-m", "conformance", "run", "--target", f"adapter:{WELL_BEHAVED}"]
        ran = subprocess.run(
            [*command, "--select", "PS-CFG-*"],
            cwd=tmp_path,
            env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
            capture_output=True,
            text=True,
        )

        assert (ran.returncode, ran.stdout) == (3, ""), ran.stdout
        assert ran.stderr.startswith("The vectors are faulty.\n")
        assert name in ran.stderr


@pytest.mark.parametrize("name", ["vectors/files.txt", "vectors/keys.json", "decisions.toml"])
def test_a_run_of_a_suite_that_is_not_whole_leaves_no_report_of_an_earlier_one(tmp_path: Path, name: str):
    shutil.copytree(ROOT / "conformance", tmp_path / "conformance")
    (tmp_path / "conformance" / name).write_text("nonsense")
    files = {option: tmp_path / f"report.{option}" for option in ("json", "junit", "html", "badge")}
    for file in files.values():
        file.write_text("20 of 20 pass")
    command = [sys.executable, "-m", "conformance", "run", "--target", f"adapter:{WELL_BEHAVED}"]

    ran = subprocess.run(
        [*command, *(f"--{option}={file}" for option, file in files.items())],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
    )

    report = json.loads(files["json"].read_text())
    assert (ran.returncode, report["exit_code"], report["results"]) == (3, 3, [])
    assert name.rpartition("/")[2] in report["unjudged"]["text"]
    assert not [file for file in files.values() if "20 of 20" in file.read_text()]
