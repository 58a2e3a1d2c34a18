"""`python -m sim mutants` names what it does not know, and prints a row for each mutant that it has hunted."""

import click
import pytest

from sim.commands.mutants import run_mutants


def test_an_unknown_mutant_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        click.UsageError, match=r"There is no mutant 'nix'\.\nThere are: acknowledged_when_received, "
    ):
        run_mutants(("nix",), 1, 1, is_saved=False)


def test_a_mutant_that_dies_from_every_start_has_its_row_and_is_a_success(capsys) -> None:
    assert run_mutants(("in_place_write",), 9, 2, is_saved=False) == 0

    assert capsys.readouterr().out.startswith("| in_place_write | a file is written under its own name, ")


def test_a_mutant_that_survives_is_a_failure(capsys) -> None:
    assert run_mutants(("in_place_write",), 0, 1, is_saved=False) == 1

    assert "| survives |" in capsys.readouterr().out


def test_a_mutant_that_is_named_twice_is_hunted_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_mutants(("in_place_write", "in_place_write"), 1, 1, is_saved=False) == 0
    assert capsys.readouterr().out.count("| in_place_write |") == 1
