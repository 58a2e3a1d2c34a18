"""`python -m sim mutants` names what it does not know, and prints a row for each mutant that it has hunted."""

import click
import msgspec
import pytest

from sim.commands.mutants import Hunted, run_mutants
from sim.mutants.table import line_of


def test_an_unknown_mutant_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        click.UsageError, match=r"There is no mutant 'nix'\.\nThere are: acknowledged_when_received, "
    ):
        run_mutants(("nix",), 1, 1, is_saved=False, is_json=False)


def test_a_mutant_that_dies_from_every_start_has_its_row_and_is_a_success(capsys) -> None:
    assert run_mutants(("in_place_write",), 9, 2, is_saved=False, is_json=False) == 0

    assert capsys.readouterr().out.startswith("| in_place_write | a file is written under its own name, ")


def test_a_mutant_that_survives_is_a_failure(capsys) -> None:
    assert run_mutants(("in_place_write",), 0, 1, is_saved=False, is_json=False) == 1

    assert "| survives |" in capsys.readouterr().out


def test_a_mutant_that_is_named_twice_is_hunted_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_mutants(("in_place_write", "in_place_write"), 1, 1, is_saved=False, is_json=False) == 0
    assert capsys.readouterr().out.count("| in_place_write |") == 1


def test_rows_are_told_as_json_in_the_end_and_meanwhile_apart(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("in_place_write", "acknowledged_when_received")

    assert run_mutants(names, 0, 1, is_saved=False, is_json=True) == 1

    said = capsys.readouterr()
    told = msgspec.json.decode(said.out, type=Hunted)
    assert tuple(row.name for row in told.mutants) == names
    assert sorted(said.err.splitlines()) == sorted(map(line_of, told.mutants))
