"""`python -m sim`: the commands and their options.

Exit codes: 0 if every promise was kept, 1 if one was broken, 2 for what was
typed wrongly or cannot be written, 130 after Ctrl-C.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sim.arguments import (
    INTERRUPTED,
    SEED,
    Group,
    Name,
    NewFile,
    NewFolder,
    Whole,
    listed,
    one_of,
    read_parameters,
    read_seeds,
)
from sim.presets import PRESETS
from sim.scenarios import SCENARIOS
from sim.scenarios.scenario import listed_scenarios

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = NewFile()

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _preset(*, is_required: bool = True) -> Decorator:
    return click.option(
        "--preset",
        type=Name("preset", PRESETS),
        help="Which faults a seed is likely to have.",
        required=is_required,
    )


def _jobs() -> Decorator:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    kind = Whole("number of processes", 1, 512)
    return click.option("--jobs", type=kind, default=cores, help="Processes.  [one a core]")


def _trace() -> Decorator:
    return click.option("--trace", type=_NEW_FILE, help="Write every event as a line of JSON.")


def _html() -> Decorator:
    return click.option("--html", type=_NEW_FILE, help="Draw the run as one self-contained page.")


def _json() -> Decorator:
    text = "Print what comes of it as JSON, and all else to standard error."
    return click.option("--json", "is_json", is_flag=True, help=text)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def simulate() -> None:
    """Run psync's own client and listener on simulated machines: one seed, one history.

    \b
      python -m sim sweep --preset chaos --seeds 1..2000
      python -m sim run --preset chaos --seed 168 --trace run.ndjson --html run.html
    """


@simulate.command()
@click.argument("scenario", required=False)
@_preset(is_required=False)
@click.option("--seed", type=SEED, default=1, show_default=True)
@_trace()
@_html()
@_json()
@click.option(
    "--traceback", "has_traceback", is_flag=True, help="Print the traceback of a scenario that fails, too."
)
def run(**options: Any) -> int:
    """Carry out a scenario by its name, or a seed of a preset."""
    from sim.commands.run import Output, run_scenario, run_seed

    scenario, preset, seed, has_traceback = (
        options.pop(name) for name in ("scenario", "preset", "seed", "has_traceback")
    )
    if scenario is not None and preset is not None:
        raise click.UsageError("Name a scenario or a --preset, not both.")
    if scenario is None and preset is None:
        names = f"{listed_scenarios(SCENARIOS)}\n{listed('Presets are', PRESETS)}"
        raise click.UsageError(f"Name a scenario or a --preset.\n{names}")
    if scenario is None:
        if has_traceback:
            raise click.UsageError("--traceback is for a scenario: of a seed all is told.")
        return run_seed(preset, seed, Output(**options))
    chosen = one_of(scenario, SCENARIOS, "scenario", listed_scenarios(SCENARIOS))
    return run_scenario(scenario, chosen, seed, Output(**options), has_traceback=has_traceback)


@simulate.command()
@_preset()
@click.option("--seeds", callback=read_seeds, metavar="A..B", required=True, help="Both of them included.")
@_jobs()
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDR", help="Address of a Dask scheduler.")
@_json()
@click.option(
    "--keep",
    metavar="DIR",
    type=NewFolder(),
    default=Path("replays"),
    show_default=True,
    help="Keep the plan of each broken seed in this folder.",
)
def sweep(**options: Any) -> int:
    """Carry out many seeds on all cores; a broken one is told with the line that reproduces it."""
    from sim.commands.sweep import run_sweep

    if options.pop("engine") == "dask" or options.pop("scheduler"):
        raise click.UsageError("The engine 'dask' is not built yet and may wait; use --engine local.")
    return run_sweep(**options)


@simulate.command()
@click.argument("file", type=_FILE)
@_trace()
@_html()
@_json()
def replay(file: Path, **options: Any) -> int:
    """Carry out the plan in FILE, which sweep or shrink has kept."""
    from sim.commands.run import Output, run_replay

    return run_replay(file, Output(**options))


@simulate.command()
@_preset()
@click.argument("seed", type=SEED)
@click.option("--output", type=_NEW_FILE, help="Where to keep it.  [tests/regressions/NAME.json]")
@_json()
def shrink(**options: Any) -> int:
    """Reduce the plan of a broken seed to what it takes to break the same promise."""
    from sim.commands.shrink import run_shrink

    return run_shrink(**options)


@simulate.command()
@_preset()
@click.argument("seed", type=SEED)
@_json()
def explain(preset: str, seed: int, is_json: bool) -> int:
    """Print every option that a seed decides."""
    from sim.commands.answer import answer
    from sim.explanation import explain
    from sim.presets import derive

    answer(derive(preset, seed), explain, is_json=is_json)
    return 0


@simulate.command()
@click.argument("left", type=_FILE)
@click.argument("right", type=_FILE)
@_json()
def diff(left: Path, right: Path, is_json: bool) -> int:
    """Show where two traces part. Exit code 0 if they are equal, 1 if not."""
    from sim.commands.answer import answer
    from sim.difference import NoTrace, compare, describe, read_trace

    try:
        difference = compare(read_trace(left), read_trace(right))
    except NoTrace as error:
        raise click.UsageError(str(error)) from None
    answer(difference, describe, is_json=is_json)
    return 0 if difference.at is None else 1


@simulate.command()
@click.argument("files", metavar="[SUMMARY]...", nargs=-1, type=_FILE)
@_preset(is_required=False)
@click.option("--seeds", callback=read_seeds, metavar="A..B", default="1..200", show_default=True)
@_jobs()
@_json()
def coverage(**options: Any) -> int:
    """Print which faults took effect, and what was reached sometimes. Exit code 1 if something never was.

    SUMMARY is what `sweep --json` has printed; several are added up. Without one, seeds of a preset are tried,
    or of several that together reach everything, in about a minute.
    """
    from sim.commands.coverage import run_coverage

    return run_coverage(**options)


@simulate.command()
@click.argument("names", metavar="[MUTANT]...", nargs=-1)
@click.option(
    "--seeds",
    type=Whole("number of seeds", 1, 100_000),
    default=200,
    show_default=True,
    help="From each start.",
)
@_jobs()
@click.option("--save", "is_saved", is_flag=True, help="Keep the plans and the table of sim/README.md.")
@_json()
def mutants(**options: Any) -> int:
    """Plant known bugs one by one, and count the seeds until one is found. Exit code 1 if one survives."""
    from sim.commands.mutants import run_mutants

    return run_mutants(**options)


@simulate.command()
@click.argument("file", type=_FILE)
@click.option(
    "--param",
    "parameters",
    callback=read_parameters,
    metavar="NAME=V,V",
    multiple=True,
    help="Values to try.",
)
@click.option("--metric", required=True, help="Which of the experiment's results to look at.")
@click.option("--repeats", type=Whole("number of repeats", 1, 100_000), default=10, show_default=True)
@click.option("--csv", type=_NEW_FILE, help="Write medians and intervals as a table.")
@click.option("--plot", type=NewFile(".svg"), help="Draw them as SVG, in a file whose name ends in .svg.")
@_json()
def experiment(**options: Any) -> int:
    """Measure what parameters do: repeats with several seeds, medians and 95 % intervals.

    FILE is Python with `async def experiment(world, *, name=value) -> dict[str, float]`; two stand under
    sim/experiments.
    """
    from sim.commands.experiment import Output, run_experiment

    output = Output(*(options.pop(name) for name in ("csv", "plot", "is_json")))
    return run_experiment(output=output, **options)


def main() -> None:
    """Run what was typed, and exit."""
    try:
        code = simulate.main(standalone_mode=False, prog_name="python -m sim")
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("Interrupted.", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
