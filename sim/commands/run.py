"""One history, of a seed, a replay file or a scenario, told to the one who asked for it."""

import sys
import traceback
from pathlib import Path

import click
from msgspec import Struct

from sim import replay
from sim.arguments import told_if_unwritable
from sim.artifacts import write_picture, write_trace
from sim.commands.answer import answer, aside
from sim.diagnosis import Diagnosis, diagnose, diagnosis_rows
from sim.outcome import Outcome, outcome_lines
from sim.picture.story import fates
from sim.plan import Plan
from sim.presets import derive
from sim.scenarios import Scenario
from sim.trial import Result, carry_out
from sim.world import World


class Output(Struct, frozen=True):
    """Where a history is told: in files, if they are named, and as JSON or as text."""

    trace: Path | None = None
    html: Path | None = None
    is_json: bool = False


class Replayed(Outcome, frozen=True, kw_only=True):
    """What came of a plan that was kept: what it broke then, and who wrote it down."""

    kept_broken: str
    origin: replay.Origin


class Ending(Struct, frozen=True):
    """What came of a scenario, as `--json` prints it. `is_expected`: it passes, or misses what is not built yet."""

    scenario: str
    seed: int
    verdict: str
    is_expected: bool
    diagnosis: Diagnosis | None
    virtual_seconds: float
    trace_digest: str


def run_seed(preset: str, seed: int, output: Output) -> int:
    """Carry out the plan of a seed."""
    outcome = _carry_out(derive(preset, seed), output)
    answer(outcome, outcome_lines, is_json=output.is_json)
    return 1 if outcome.result.broken else 0


def run_replay(file: Path, output: Output) -> int:
    """Carry out the plan of a replay file."""
    try:
        kept = replay.read(file)
    except replay.Unreadable as error:
        raise click.UsageError(str(error)) from None
    here = replay.this_origin()
    if kept.origin != here:
        print(f"{file} was made by {kept.origin}; this is {here}.", file=sys.stderr)
    outcome = _carry_out(kept.plan, output)
    replayed = Replayed(
        outcome.plan, outcome.result, outcome.idle, kept_broken=kept.broken, origin=kept.origin
    )
    answer(replayed, _replayed_lines, is_json=output.is_json)
    return 1 if outcome.result.broken else 0


def _replayed_lines(replayed: Replayed) -> list[str]:
    lines = outcome_lines(replayed)
    if replayed.kept_broken != replayed.result.broken:
        lines.append(f"When it was kept: {replayed.kept_broken or 'every promise was kept'}")
    return lines


def run_scenario(
    name: str, scenario: Scenario, seed: int, output: Output, *, has_traceback: bool = False
) -> int:
    """Run a scenario to its end, or to where it fails; exit code 1 if that is not what it is expected to do."""
    error = None
    with aside(is_json=output.is_json), World(seed) as world:
        try:
            world.run(scenario(world))
        except Exception as caught:  # noqa: BLE001  # whatever a scenario fails with is its outcome
            error = caught
    _leave_behind(world, f"{name}, seed {seed}", output)
    verdict, is_expected = _judged(error, scenario.missing)
    if error is not None and has_traceback:
        traceback.print_exception(error)
    found = diagnose(error) if error is not None else None
    seconds = world.agenda.now_ns / 1e9
    ending = Ending(name, seed, verdict, is_expected, found, seconds, world.trace.digest())
    answer(ending, _ending_lines, is_json=output.is_json)
    return 0 if is_expected else 1


def _ending_lines(ending: Ending) -> list[str]:
    rows = list(diagnosis_rows(ending.diagnosis)) if ending.diagnosis else []
    if ending.diagnosis and not ending.is_expected:
        rows.append(("again", f"python -m sim run {ending.scenario} --seed {ending.seed} --html run.html"))
    rows.append(("virtual time", f"{ending.virtual_seconds:,.3f} s"))
    rows.append(("trace", ending.trace_digest))
    lines = [f"  {title:<13} {value}" for title, value in rows]
    return [f"{ending.scenario}, seed {ending.seed}: {ending.verdict}", *lines]


def _judged(error: Exception | None, missing: str) -> tuple[str, bool]:
    """The verdict, and whether it is what is expected: what is not built yet is missed by an assertion."""
    if not missing:
        return ("failed", False) if error else ("as it should be", True)
    if error is None:
        return f"passes, although something is said to be missing: {missing}", False
    is_expected = isinstance(error, AssertionError)
    return f"fails as expected, missing: {missing}" if is_expected else "failed", is_expected


def _carry_out(plan: Plan, output: Output) -> Outcome:
    result, world = carry_out(plan, keeps_trace=True)
    _leave_behind(world, f"{plan.preset}, seed {plan.seed}", output, plan, result)
    idle = tuple(fate.words for fate in fates(plan, world.trace.events) if not fate.effects)
    return Outcome(plan, result, idle)


def _leave_behind(
    world: World, title: str, output: Output, plan: Plan | None = None, result: Result | None = None
) -> None:
    if output.trace is not None:
        with told_if_unwritable(output.trace):
            write_trace(world, output.trace)
    if output.html is not None:
        with told_if_unwritable(output.html):
            write_picture(world, output.html, title, plan, result)
