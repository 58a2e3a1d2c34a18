"""A hunt ends with the first seed that production code survives and the mutant does not."""

from msgspec import structs

from psync.core.paths import temporary_name
from sim.mutants.hunt import Kill, broken_by, hunt, reduced
from sim.mutants.mutant import load_mutants
from sim.plan import Edit, FileSpec
from sim.presets import derive
from tests.sim.plans import PLAN

MUTANT = load_mutants()["in_place_write"]


def test_the_first_seed_that_kills_is_told_with_its_plan() -> None:
    kill = hunt(MUTANT, "clean", range(1, 9))

    assert kill is not None
    assert kill == Kill("whole", kill.seeds, derive("clean", kill.seeds))


def test_a_mutant_that_survives_all_seeds_has_no_kill() -> None:
    assert hunt(MUTANT, "clean", ()) is None


def test_a_plan_that_production_code_breaks_too_kills_nobody() -> None:
    # No run brings what has the name of a temporary file.
    impossible = structs.replace(PLAN, source=(FileSpec(temporary_name(bytes(16)).decode(), 1, 1),))

    assert broken_by(MUTANT, impossible) == ""


def test_a_reduced_plan_holds_what_is_needed_and_no_more() -> None:
    plan = structs.replace(PLAN, edits=((Edit("a", 1, 9),),))
    needed = PLAN.source[1]

    smaller = reduced(plan, lambda candidate: needed in candidate.source)

    assert smaller == structs.replace(PLAN, source=(needed,), target=(), edits=())
