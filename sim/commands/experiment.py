"""An experiment, measured and told as a table, as CSV and as a plot."""

import sys
from pathlib import Path

import click

from sim.arguments import counted, told_if_unwritable
from sim.experiment import Failed, Measurement, Misfit, Parameters, check, load, measure, table
from sim.plot import draw
from sim.sweep import ignore_the_dead


def run_experiment(
    file: Path, parameters: Parameters, metric: str, repeats: int, *, csv: Path | None, plot: Path | None
) -> int:
    """Measure every combination; exit code 1 if the experiment itself failed."""
    ignore_the_dead()
    measurements: list[Measurement] = []
    try:
        experiment = load(file)
        check(experiment, parameters)
        for one in measure(experiment, parameters, metric, repeats):
            measurements.append(one)
            print(_line(metric, one), flush=True)
    except Misfit as error:
        raise click.UsageError(str(error)) from None
    except Failed as error:
        print(f"{error} {error.__cause__!r}", file=sys.stderr)
        return 1
    if csv is not None:
        with told_if_unwritable(csv):
            csv.write_text(table(metric, measurements), encoding="utf-8")
    if plot is not None:
        title = f"{file.stem.replace('_', ' ').capitalize()}: {metric.replace('_', ' ')}"
        with told_if_unwritable(plot):
            plot.write_text(draw(title, metric, measurements), encoding="utf-8")
    return 0


def _line(metric: str, one: Measurement) -> str:
    values = "  ".join(f"{name}={value}" for name, value in one.values.items())
    return (
        f"{values:<40} {metric} {one.median:.6g}  "
        f"({100 * one.confidence:.0f} %: {one.low:.6g} to {one.high:.6g}, {counted(one.repeats, 'repeat')})"
    )
