"""An experiment, measured and told as a table, as CSV and as a plot."""

import sys
from pathlib import Path

import click
from msgspec import Struct

from sim.arguments import counted, told_if_unwritable
from sim.commands.answer import aside, print_document
from sim.experiment import Failed, Measurement, Misfit, Parameters, check, load, measure, table
from sim.plot import draw
from sim.sweep import ignore_the_dead


class Output(Struct, frozen=True):
    """Where measurements are told: in files, if they are named, and as JSON or as text."""

    csv: Path | None = None
    plot: Path | None = None
    is_json: bool = False


class Report(Struct, frozen=True):
    """What was measured, as `--json` prints it; `failed` tells why there is not more of it."""

    metric: str
    measurements: tuple[Measurement, ...]
    failed: str


def run_experiment(file: Path, parameters: Parameters, metric: str, repeats: int, output: Output) -> int:
    """Measure every combination; exit code 1 if the experiment itself failed."""
    ignore_the_dead()
    measurements: list[Measurement] = []
    failed = ""
    try:
        with aside(is_json=output.is_json):
            experiment = load(file)
            check(experiment, parameters)
            for one in measure(experiment, parameters, metric, repeats):
                measurements.append(one)
                print(_line(metric, one), flush=True)
    except Misfit as error:
        raise click.UsageError(str(error)) from None
    except Failed as error:
        failed = f"{error} {error.__cause__!r}"
        print(failed, file=sys.stderr)
    if output.is_json:
        print_document(Report(metric, tuple(measurements), failed))
    if failed:
        return 1
    _write(file, metric, measurements, output)
    return 0


def _write(file: Path, metric: str, measurements: list[Measurement], output: Output) -> None:
    if output.csv is not None:
        with told_if_unwritable(output.csv):
            output.csv.write_text(table(metric, measurements), encoding="utf-8")
    if output.plot is not None:
        title = f"{file.stem.replace('_', ' ').capitalize()}: {metric.replace('_', ' ')}"
        with told_if_unwritable(output.plot):
            output.plot.write_text(draw(title, metric, measurements), encoding="utf-8")


def _line(metric: str, one: Measurement) -> str:
    values = "  ".join(f"{name}={value}" for name, value in one.values.items())
    return (
        f"{values:<40} {metric} {one.median:.6g}  "
        f"({100 * one.confidence:.0f} %: {one.low:.6g} to {one.high:.6g}, {counted(one.repeats, 'repeat')})"
    )
