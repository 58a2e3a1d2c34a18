"""What came of one plan, as a value, and as lines for an operator."""

from msgspec import Struct

from sim.explanation import explain
from sim.plan import Plan
from sim.trial import Result


class Outcome(Struct, frozen=True):
    """A plan and what came of it, as `--json` prints them. `idle`: the faults that had no effect, in words."""

    plan: Plan
    result: Result
    idle: tuple[str, ...] = ()


def outcome_lines(outcome: Outcome) -> list[str]:
    """Whether every promise was kept, what happened, which faults of the plan did not, and every option if it was broken."""
    plan, result = outcome.plan, outcome.result
    rows = {
        "exit codes": " ".join(map(str, result.exit_codes)),
        "virtual time": f"{result.virtual_seconds:,.3f} s",
        "faults": ", ".join(f"{name} {count}" for name, count in result.effects.items()) or "none",
        "no effect": "; ".join(outcome.idle),
        "reached": ", ".join(result.reached) or "nothing",
        "application": result.application_digest,
        "trace": result.trace_digest,
    }
    lines = [f"{plan.preset}, seed {plan.seed}: {verdict(result)}"]
    lines += [f"  {name:<13} {value}" for name, value in rows.items() if value]
    if result.broken:
        lines += ["options:", *(f"  {line}" for line in explain(plan))]
    return lines


def verdict(result: Result) -> str:
    """One line."""
    return f"broken, {result.broken}" if result.broken else "every promise was kept"


def finding_lines(plan: Plan, broken: str, file: str) -> list[str]:
    """What a sweep tells of a seed: what broke, the line that does it again, and where the plan is kept."""
    return [
        f"broken: {broken}",
        f"  python -m sim run --preset {plan.preset} --seed {plan.seed}",
        f"  kept in {file}",
    ]
