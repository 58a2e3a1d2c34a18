"""What is kept of a kill is a plan, as it can be read by people and by every later version."""

import msgspec

from sim.mutants.mutant import load_mutants
from sim.mutants.saved import PLANS, load_plan
from sim.plan import Plan


def test_a_kept_plan_is_indented_and_gives_the_same_bytes_again() -> None:
    mutant = load_mutants()["in_place_write"]
    plan = load_plan(mutant)

    text = (PLANS / "in_place_write.json").read_bytes()

    assert isinstance(plan, Plan)
    assert msgspec.json.format(msgspec.json.encode(plan), indent=1) + b"\n" == text
