"""Each planted bug breaks the promise that it must break, by a plan that production code survives."""

import pytest

from sim.checkers import CHECKERS
from sim.mutants.hunt import broken_promise
from sim.mutants.mutant import Mutant, load_mutants
from sim.mutants.saved import PLANS, load_plan
from sim.mutants.table import read_table
from tests.checkout import ROOT

MUTANTS = load_mutants()


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_dies_by_the_plan_that_is_kept_for_it(mutant: Mutant) -> None:
    plan = load_plan(mutant)
    with mutant.planted():
        with_bug = broken_promise(plan)

    assert (with_bug, broken_promise(plan)) == (mutant.killer, "")


def test_there_are_enough_of_them_and_every_plan_belongs_to_one() -> None:
    assert len(MUTANTS) >= 30
    assert {file.stem for file in PLANS.iterdir()} == set(MUTANTS)


def test_every_checker_is_tripped_by_one() -> None:
    promises = {checker.__name__.lower() for checker in CHECKERS} - {"acknowledged"} | {"never falls behind"}

    assert promises - {mutant.killer for mutant in MUTANTS.values()} == set()


def test_the_published_table_has_a_row_for_each() -> None:
    rows = read_table(ROOT / "sim" / "README.md")

    assert set(rows) == set(MUTANTS)
    assert [row for row in rows.values() if "survives" in row] == []
