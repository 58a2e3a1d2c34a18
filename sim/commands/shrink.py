"""A broken seed, reduced and kept as a regression."""

import sys
import time
from pathlib import Path

import click

from sim import replay
from sim.arguments import told_if_unwritable
from sim.outcome import Outcome, outcome_lines
from sim.plan import Plan
from sim.presets import derive
from sim.shrink import Shrinker, promise_of
from sim.sweep import ignore_the_dead
from sim.trial import carry_out

REGRESSIONS = replay.CHECKOUT / "tests" / "regressions"

SAY_SECONDS = 5.0


def run_shrink(preset: str, seed: int, output: Path | None) -> int:
    """Reduce the plan of a seed, keep it, and print what is left."""
    ignore_the_dead()
    plan = derive(preset, seed)
    broken = carry_out(plan)[0].broken
    if not broken:
        raise click.UsageError(f"{preset}, seed {seed} keeps every promise: there is nothing to reduce.")
    promise = promise_of(broken)
    shrinker = Shrinker(plan, promise, _Judge())
    try:
        shrinker.shrink()
    except KeyboardInterrupt:
        print("Interrupted: this is the smallest plan so far.", file=sys.stderr)
    result, _ = carry_out(shrinker.plan, keeps_trace=True)
    name = f"{promise.split(':')[0].replace(' ', '-')}-{preset}-{seed}.json"
    file = output or REGRESSIONS / name
    with told_if_unwritable(file):
        replay.write(file, shrinker.plan, result.broken)
    print("\n".join(outcome_lines(Outcome(shrinker.plan, result))))
    print(f"{_size(plan)} became {_size(shrinker.plan)} in {shrinker.tries:,} tries")
    print(f"kept in {file}; again: python -m sim replay {file}")
    return 1


class _Judge:
    """Carries out plans, and says now and then how many."""

    def __init__(self) -> None:
        self._count = 0
        self._said = time.monotonic()

    def __call__(self, plan: Plan) -> str:
        self._count += 1
        if time.monotonic() - self._said >= SAY_SECONDS:
            self._said = time.monotonic()
            print(f"{self._count:,} tries, now {_size(plan)}", file=sys.stderr, flush=True)
        return carry_out(plan)[0].broken


def _size(plan: Plan) -> str:
    edits = sum(map(len, plan.edits))
    counts = {"fault": len(plan.faults), "file": len(plan.source) + len(plan.target), "edit": edits}
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())
