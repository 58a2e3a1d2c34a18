"""One history, of a seed, a replay file or a scenario, told to the one who asked for it."""

import sys
import traceback
from pathlib import Path

import click

from sim import replay
from sim.arguments import told_if_unwritable
from sim.artifacts import write_picture, write_trace
from sim.diagnosis import diagnose, diagnosis_rows
from sim.outcome import outcome_lines
from sim.picture.story import fates
from sim.plan import Plan
from sim.presets import derive
from sim.scenarios import Scenario
from sim.trial import Result, carry_out
from sim.world import World


def run_seed(preset: str, *, seed: int, trace: Path | None, html: Path | None) -> int:
    """Carry out the plan of a seed."""
    plan = derive(preset, seed)
    return 1 if _carry_out(plan, trace, html).broken else 0


def run_replay(file: Path, *, trace: Path | None, html: Path | None) -> int:
    """Carry out the plan of a replay file."""
    try:
        kept = replay.read(file)
    except replay.Unreadable as error:
        raise click.UsageError(str(error)) from None
    here = replay.this_origin()
    if kept.origin != here:
        print(f"{file} was made by {kept.origin}; this is {here}.", file=sys.stderr)
    result = _carry_out(kept.plan, trace, html)
    if kept.broken != result.broken:
        print(f"When it was kept: {kept.broken or 'every promise was kept'}")
    return 1 if result.broken else 0


def run_scenario(
    name: str,
    scenario: Scenario,
    *,
    seed: int,
    trace: Path | None,
    html: Path | None,
    has_traceback: bool,
) -> int:
    """Run a scenario to its end, or to where it fails; exit code 1 if that is not what it is expected to do."""
    error = None
    with World(seed) as world:
        try:
            world.run(scenario(world))
        except Exception as caught:  # noqa: BLE001  # whatever a scenario fails with is its outcome
            error = caught
    _leave_behind(world, f"{name}, seed {seed}", trace, html)
    verdict, is_expected = _judged(error, scenario.missing)
    if error is not None and has_traceback:
        traceback.print_exception(error)
    rows = list(diagnosis_rows(diagnose(error))) if error else []
    if error is not None and not is_expected:
        rows.append(("again", f"python -m sim run {name} --seed {seed} --html run.html"))
    rows.append(("virtual time", f"{world.agenda.now_ns / 1e9:,.3f} s"))
    rows.append(("trace", world.trace.digest()))
    print(f"{name}, seed {seed}: {verdict}")
    print("\n".join(f"  {title:<13} {value}" for title, value in rows))
    return 0 if is_expected else 1


def _judged(error: Exception | None, missing: str) -> tuple[str, bool]:
    """The verdict, and whether it is what is expected: what is not built yet is missed by an assertion."""
    if not missing:
        return ("failed", False) if error else ("as it should be", True)
    if error is None:
        return f"passes, although something is said to be missing: {missing}", False
    is_expected = isinstance(error, AssertionError)
    return f"fails as expected, missing: {missing}" if is_expected else "failed", is_expected


def _carry_out(plan: Plan, trace: Path | None, html: Path | None) -> Result:
    result, world = carry_out(plan, keeps_trace=True)
    _leave_behind(world, f"{plan.preset}, seed {plan.seed}", trace, html, plan, result)
    idle = [fate.words for fate in fates(plan, world.trace.events) if not fate.effects]
    print("\n".join(outcome_lines(plan, result, idle)))
    return result


def _leave_behind(
    world: World,
    title: str,
    trace: Path | None,
    html: Path | None,
    plan: Plan | None = None,
    result: Result | None = None,
) -> None:
    if trace is not None:
        with told_if_unwritable(trace):
            write_trace(world, trace)
    if html is not None:
        with told_if_unwritable(html):
            write_picture(world, html, title, plan, result)
