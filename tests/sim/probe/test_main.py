"""`python -m sim.probe`, whole, with stand-ins for the compiler and for Wine."""

import configparser
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.probe.table import TABLE_PATH
from tests.checkout import ROOT
from tests.sim.probe.stand_ins import StandIns, printed_by_wine, stand_ins

TEXT = TABLE_PATH.read_text("utf-8")
FIRST = '"operation": "open to read", "open_elsewhere": "not at all", "result": 0'


@pytest.fixture
def programs() -> Iterator[StandIns]:
    with stand_ins() as programs:
        yield programs


def run(programs: StandIns, *options: str | Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "sim.probe", *map(str, options)],
        cwd=ROOT,
        env={"PATH": programs.search_path},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_committed_table_says_what_wine_prints(programs: StandIns):
    assert run(programs) == (0, "734 answers of Wine 8.0, 0 differences to the table, of Wine 8.0\n", "")


def test_an_answer_that_has_changed_fails_it(programs: StandIns):
    programs.prints(printed_by_wine().replace(FIRST, FIRST.replace("0", "5")))

    assert run(programs) == (
        1,
        "'rows' / 'open to read' / 'not at all': Wine answers 5, the table says 0\n"
        "734 answers of Wine 8.0, 1 differences to the table, of Wine 8.0\n",
        "",
    )


def test_writing_takes_the_new_answer_and_nothing_else(programs: StandIns, tmp_path: Path):
    programs.prints(printed_by_wine().replace(FIRST, FIRST.replace("0", "5")))
    (tmp_path / "table.json").write_text(TEXT, "utf-8")

    assert run(programs, "--write", "--table", tmp_path / "table.json") == (0, "", "")

    written = (tmp_path / "table.json").read_text("utf-8")
    assert written == TEXT.replace(FIRST, FIRST.replace("0", "5"))


def test_writing_makes_a_table_where_none_is(programs: StandIns, tmp_path: Path):
    run(programs, "--write", "--table", tmp_path / "table.json")

    code, _, _ = run(programs, "--table", tmp_path / "table.json")

    assert code == 0


@pytest.mark.parametrize("table", [None, "", "{}"], ids=["missing", "empty", "no sections"])
def test_without_a_table_wine_is_not_asked(programs: StandIns, tmp_path: Path, table: str | None):
    path = tmp_path / "table.json"
    if table is not None:
        path.write_text(table)

    code, out, told = run(programs, "--table", path)

    assert (code, out, told[:15], programs.calls) == (2, "", "windows probe: ", [])


def test_missing_packages_are_named(programs: StandIns):
    for name in ("x86_64-w64-mingw32-gcc", "wine", "wineserver"):
        (programs.folder / name).unlink()

    assert run(programs) == (
        2,
        "",
        "windows probe: x86_64-w64-mingw32-gcc and wine and wineserver not found. On Debian: "
        "apt-get install --no-install-recommends gcc-mingw-w64-x86-64 wine wine64\n",
    )


def test_tox_runs_it_when_asked_to_and_not_by_itself():
    configuration = configparser.ConfigParser()
    configuration.read(ROOT / "tox.ini")

    assert configuration["testenv:windows-probe"]["commands"] == "python -m sim.probe {posargs}"
    assert "windows-probe" not in configuration["tox"]["env_list"]
