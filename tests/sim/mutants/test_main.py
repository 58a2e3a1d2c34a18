"""`python -m sim.mutants` names what it does not know, and prints a row for each mutant that it has hunted."""

from sim.mutants.__main__ import main


def test_an_unknown_mutant_is_refused_with_those_that_there_are(capsys) -> None:
    assert main(["no_such_mutant"]) == 2

    assert capsys.readouterr().err.startswith(
        "no mutant no_such_mutant; there are: acknowledged_when_received, "
    )


def test_a_mutant_that_dies_from_every_start_has_its_row_and_is_a_success(capsys) -> None:
    assert main(["in_place_write", "--seeds", "9"]) == 0

    assert capsys.readouterr().out.startswith("| in_place_write | a file is written under its own name, ")


def test_a_mutant_that_survives_is_a_failure(capsys) -> None:
    assert main(["in_place_write", "--seeds", "0"]) == 1

    assert "| survives |" in capsys.readouterr().out
