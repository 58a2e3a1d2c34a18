"""Measuring in worlds: a parameter is varied, each value is repeated with several seeds.

An experiment is a Python file with one coroutine function. It is given a world
and its parameters by name, and gives numbers by name:

    async def experiment(world: World, *, latency_ms: float = 1.0) -> dict[str, float]:
        ...
        return {"copy_seconds": world.loop.time() - begun}

What a parameter accepts is its annotation, `Annotated[float, Meta(gt=0)]` by msgspec; one
without takes a number if its default is one.

Every combination of values is tried with the same seeds, so that what differs
between two of them is not luck. Of the repeats the median is told, with the
narrowest interval between two of the values, as far from the ends, in which the
true one lies with a chance of at least 95 %, whatever the distribution (David and
Nagaraja, "Order Statistics", 7.1). Of fewer than six repeats there is none; then
all values lie in it, and the chance that is told is smaller.
"""

import csv
import importlib.util
import inspect
import io
import statistics
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from itertools import accumulate, product
from math import comb
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from sim.arguments import Value
from sim.world import World

Experiment: TypeAlias = Callable[..., Coroutine[Any, Any, Mapping[str, float]]]
Parameters: TypeAlias = Mapping[str, tuple[Value, ...]]

NAME = "experiment"

# How sure an interval is to hold the true median, if there are repeats enough.
CONFIDENCE = 0.95


class Misfit(Exception):
    """A file is no experiment, or an experiment does not have what it was asked for."""


class Failed(Exception):
    """An experiment has raised; the text tells where, the cause why."""


class Measurement(Struct, frozen=True):
    """One combination of values, and what came of its repeats. The true median lies from `low` to `high` with `confidence`."""

    values: dict[str, Value]
    repeats: int
    median: float
    low: float
    high: float
    confidence: float


def load(file: Path) -> Experiment:
    """Give the experiment of a file, whose own code is run. Raises `Misfit`."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise Misfit(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Misfit(f"{file} cannot be imported: {error!r}") from error
    function = getattr(module, NAME, None)
    if not inspect.iscoroutinefunction(function):
        raise Misfit(f"{file} has no `async def {NAME}(world, ...)`.")
    return function


def check(experiment: Experiment, parameters: Parameters) -> None:
    """Raise `Misfit` if these are not the parameters of an experiment, or not values that they take."""
    known = _parameters(experiment)
    for name, values in parameters.items():
        if name not in known:
            there = ", ".join(known) or "none"
            raise Misfit(f"The experiment has no parameter {name!r}. There are: {there}.")
        for value in values:
            _check_value(known[name], value)
    for parameter in known.values():
        if parameter.default is parameter.empty and parameter.name not in parameters:
            raise Misfit(f"The experiment needs a value for {parameter.name!r}.")


def _parameters(experiment: Experiment) -> dict[str, inspect.Parameter]:
    """The parameters of an experiment by name, after the world."""
    try:
        known = inspect.signature(experiment, eval_str=True).parameters.values()
    except Exception as error:
        raise Misfit(f"An annotation of the experiment means nothing: {error!r}") from error
    if not known:
        raise Misfit("The experiment takes no world.")
    _, *others = known
    if any(parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) for parameter in others):
        raise Misfit("The experiment must name each of its parameters.")
    return {parameter.name: parameter for parameter in others}


def _check_value(parameter: inspect.Parameter, value: Value) -> None:
    accepted = parameter.annotation
    if accepted is parameter.empty:
        accepted = int | float if isinstance(parameter.default, int | float) else Any
    try:
        msgspec.convert(value, accepted)
    except msgspec.ValidationError as error:
        told = str(error).replace("Expected", "expected", 1)
        raise Misfit(f"The parameter {parameter.name!r} cannot be {value!r}: {told}.") from None
    except TypeError as error:
        raise Misfit(f"The annotation of {parameter.name!r} is none of msgspec's: {error}") from error


def measure(
    experiment: Experiment, parameters: Parameters, metric: str, repeats: int
) -> Iterator[Measurement]:
    """Try each combination of values with the seeds 1 to `repeats`. Raises `Failed`, and `Misfit` for the metric."""
    for combination in product(*parameters.values()):
        values = dict(zip(parameters, combination, strict=True))
        found = [_try(experiment, values, metric, seed) for seed in range(1, repeats + 1)]
        yield Measurement(values, repeats, statistics.median(found), *interval(found))


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Where the true median lies, from and to, and with which chance: each value is below it with one of a half."""
    ordered, count = sorted(values), len(values)
    # The chance that at most so many values are below the true median, for 0, 1, 2 ...
    below = [part / 2**count for part in accumulate(comb(count, number) for number in range(count))]
    cut = max(sum(2 * chance <= 1 - CONFIDENCE for chance in below[: count // 2]), 1) - 1
    return ordered[cut], ordered[count - 1 - cut], max(1 - 2 * below[cut], 0.0)


def table(metric: str, measurements: Sequence[Measurement]) -> str:
    """The measurements as CSV: a column a parameter, then what was measured."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([*measurements[0].values, "metric", "repeats", "median", "low", "high", "confidence"])
    for one in measurements:
        rows.writerow(
            [
                *one.values.values(),
                metric,
                one.repeats,
                one.median,
                one.low,
                one.high,
                round(one.confidence, 4),
            ]
        )
    return text.getvalue()


def _try(experiment: Experiment, values: Mapping[str, Value], metric: str, seed: int) -> float:
    try:
        with World(seed, keeps_trace=False) as world:
            results = world.run(experiment(world, **values))
    except Exception as error:
        shown = ", ".join(f"{name}={value}" for name, value in values.items())
        raise Failed(f"The experiment failed with seed {seed}{f', {shown}' if shown else ''}.") from error
    if not isinstance(results, Mapping):
        raise Misfit(f"The experiment gives no numbers by name, but {results!r}.")
    if metric not in results:
        raise Misfit(f"The experiment has no metric {metric!r}. There are: {', '.join(sorted(results))}.")
    result: object = results[metric]
    if not isinstance(result, int | float) or not abs(result) <= sys.float_info.max:
        raise Misfit(f"The experiment's metric {metric!r} is no number that can be compared, but {result!r}.")
    return float(result)
