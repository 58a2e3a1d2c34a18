"""One plan a mutant that kills it, kept beside the catalogue as a replay file."""

import msgspec

from sim.mutants.hunt import Kill, broken_by, reduced
from sim.mutants.mutant import CATALOGUES, Mutant
from sim.plan import Plan

PLANS = CATALOGUES / "plans"


def load_plan(mutant: Mutant) -> Plan:
    """Give the plan that is kept for a mutant."""
    return msgspec.json.decode((PLANS / f"{mutant.name}.json").read_bytes(), type=Plan)


def save_plan(mutant: Mutant, kill: Kill) -> None:
    """Reduce the plan of a kill, and keep it."""
    plan = reduced(kill.plan, lambda smaller: broken_by(mutant, smaller) == kill.promise)
    text = msgspec.json.format(msgspec.json.encode(plan), indent=1)
    PLANS.mkdir(exist_ok=True)
    (PLANS / f"{mutant.name}.json").write_bytes(text + b"\n")
