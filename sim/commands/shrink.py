"""A broken seed, reduced and kept as a regression."""

import sys
import time
from pathlib import Path

import click
from msgspec import Struct

from sim import replay
from sim.arguments import told_if_unwritable
from sim.commands.answer import answer
from sim.outcome import Outcome, outcome_lines
from sim.plan import Plan
from sim.presets import derive
from sim.shrink import Shrinker, promise_of
from sim.sweep import ignore_the_dead
from sim.trial import Result, carry_out

REGRESSIONS = replay.CHECKOUT / "tests" / "regressions"

SAY_SECONDS = 5.0


class Size(Struct, frozen=True):
    """How much there is in a plan."""

    faults: int
    files: int
    edits: int

    def __str__(self) -> str:
        counts = {"fault": self.faults, "file": self.files, "edit": self.edits}
        return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items())


class Shrunk(Struct, frozen=True):
    """A plan that was reduced and kept in `file`, as `--json` prints it, and what came of it."""

    plan: Plan
    result: Result
    before: Size
    after: Size
    tries: int
    file: str


def run_shrink(preset: str, seed: int, output: Path | None, *, is_json: bool) -> int:
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
    sizes = size_of(plan), size_of(shrinker.plan)
    answer(Shrunk(shrinker.plan, result, *sizes, shrinker.tries, str(file)), _lines, is_json=is_json)
    return 1


def _lines(shrunk: Shrunk) -> list[str]:
    return [
        *outcome_lines(Outcome(shrunk.plan, shrunk.result)),
        f"{shrunk.before} became {shrunk.after} in {shrunk.tries:,} tries",
        f"kept in {shrunk.file}; again: python -m sim replay {shrunk.file}",
    ]


class _Judge:
    """Carries out plans, and says now and then how many."""

    def __init__(self) -> None:
        self._count = 0
        self._said = time.monotonic()

    def __call__(self, plan: Plan) -> str:
        self._count += 1
        if time.monotonic() - self._said >= SAY_SECONDS:
            self._said = time.monotonic()
            print(f"{self._count:,} tries, now {size_of(plan)}", file=sys.stderr, flush=True)
        return carry_out(plan)[0].broken


def size_of(plan: Plan) -> Size:
    """Count what a plan holds; the folders of both ends together."""
    return Size(len(plan.faults), len(plan.source) + len(plan.target), sum(map(len, plan.edits)))
