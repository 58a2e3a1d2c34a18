"""The layers, held by import-linter: its contracts catch what they are meant to catch.

The contracts of `pyproject.toml` are run over a small copy of the tree in which
each file is empty but for one planted import.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.checkout import ROOT, tracked_files

TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
CONTRACTS = {contract["id"]: contract["name"] for contract in TOOLS["importlinter"]["contracts"]}
PACKAGES = ["app", "core", "disk", "engine", "real", "state", "system", "wire"]


def _broken(tree: Path) -> set[str]:
    """Ids of the contracts that import-linter finds broken in `tree`."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as lint; lint()",
        "--no-cache",
    ]
    report = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert "Contracts:" in report.stdout, report.stdout + report.stderr
    return {id for id, name in CONTRACTS.items() if f"{name} BROKEN" in report.stdout}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for package in [
        "psync",
        "sim",
        "conformance",
        "conformance/adapters",
        "conformance/blackbox",
        "conformance/hostile",
        *(f"psync/{name}" for name in PACKAGES),
    ]:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "psync/app/run.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("psync/core/planted.py", "import psync.system", {"layers"}),
        ("psync/system/planted.py", "def f(): from psync.disk import x", {"layers"}),
        ("psync/wire/planted.py", "from psync import disk", {"layers"}),
        ("psync/state/planted.py", "import psync.wire", {"layers"}),
        ("psync/disk/planted.py", "import psync.engine", {"layers"}),
        ("psync/engine/planted.py", "import psync.app.run", {"layers"}),
        ("psync/real/planted.py", "import psync.engine", {"layers"}),
        ("psync/engine/planted.py", "import psync.real", {"layers", "machine"}),
        ("psync/app/planted.py", "import psync.real", {"machine"}),
        ("psync/__main__.py", "from psync.real import x", {"machine"}),
        ("psync/unlisted.py", "", {"layers"}),
        ("psync/engine/planted.py", "import sim", {"alone"}),
        ("psync/app/planted.py", "def f(): import conformance.runner", {"alone"}),
        ("psync/core/planted.py", "import hypothesis", {"alone"}),
        ("sim/planted.py", "import psync.app.run", {"simulation"}),
        ("sim/planted.py", "import psync.real", {"simulation"}),
        ("conformance/planted.py", "def f(): from psync.core import x", {"suite"}),
        ("conformance/planted.py", "import sim", {"suite"}),
        ("conformance/blackbox/planted.py", "def f(): import conformance.hostile", {"black box"}),
        ("conformance/hostile/planted.py", "import conformance.blackbox", set()),
        ("conformance/adapters/planted.py", "import psync.app.run, psync.engine", set()),
        ("psync/app/run.py", "import psync.real, psync.engine, psync.core", set()),
        ("sim/planted.py", "import psync.engine, psync.system", set()),
    ],
)
def test_a_planted_import_breaks_its_contract(tree: Path, file: str, line: str, broken: set[str]):
    (tree / file).write_text(line)

    assert _broken(tree) == broken


def test_every_package_of_the_checkout_is_linted_and_typed():
    """A package that appears later is forgotten by nobody: list it in `pyproject.toml`, with a contract."""
    found = {path.partition("/")[0] for path in tracked_files() if path.endswith(".py")}
    checked = found - {"tests", "benchmarks"}

    assert checked == set(TOOLS["importlinter"]["root_packages"])
    assert checked == set(TOOLS["mypy"]["files"])
