"""Parameters, repeats, medians and intervals."""

from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta

from sim.experiment import Failed, Measurement, Misfit, Parameters, check, interval, load, measure, table
from sim.world import World

LINES = """
async def experiment(world, *, seconds=1.0, factor=1):
    return {"seconds": seconds * factor + world.seed, "seed": world.seed}
"""


async def _fails(world: World, *, seed: int) -> dict[str, float]:
    assert world.seed != seed
    return {"seed": world.seed}


async def _takes(
    world: World,
    *,
    count: Annotated[int, Meta(ge=0)] = 1,
    seconds: float = 1.0,
    plain=1.0,
    free="a",
    odd: (int, float) = 1,
) -> dict[str, float]:
    return {}


def _file(folder: Path, text: str) -> Path:
    file = folder / "question.py"
    file.write_text(text)
    return file


def test_each_combination_is_tried_with_the_same_seeds(tmp_path: Path):
    experiment = load(_file(tmp_path, LINES))

    measured = list(measure(experiment, {"seconds": (0.0, 10.0), "factor": (1, 2)}, "seconds", 5))

    assert measured == [
        Measurement({"seconds": 0.0, "factor": 1}, 5, 3.0, 1.0, 5.0, 0.9375),
        Measurement({"seconds": 0.0, "factor": 2}, 5, 3.0, 1.0, 5.0, 0.9375),
        Measurement({"seconds": 10.0, "factor": 1}, 5, 13.0, 11.0, 15.0, 0.9375),
        Measurement({"seconds": 10.0, "factor": 2}, 5, 23.0, 21.0, 25.0, 0.9375),
    ]


def test_without_parameters_there_is_one_measurement(tmp_path: Path):
    assert list(measure(load(_file(tmp_path, LINES)), {}, "seed", 3)) == [
        Measurement({}, 3, 2.0, 1.0, 3.0, 0.75)
    ]


# Repeats, the places of the two values among them, and the chance: from tables of the sign test.
INTERVALS = [(1, 1, 0), (2, 1, 50), (5, 1, 93.8), (6, 1, 96.9), (10, 2, 97.9), (20, 6, 95.9), (50, 18, 96.7)]


@pytest.mark.parametrize(("repeats", "place", "percent"), INTERVALS)
def test_an_interval_is_the_narrowest_that_is_sure_enough(repeats: int, place: int, percent: float):
    values = [float(number) for number in range(repeats, 0, -1)]

    low, high, found = interval(values)

    assert (low, high, round(100 * found, 1)) == (place, repeats + 1 - place, percent)


def test_a_table_is_csv():
    measured = [Measurement({"seconds": 0.5, "kind": "a,b"}, 5, 3.0, 1.0, 5.5, 0.9375)]

    assert (
        table("runs", measured)
        == 'seconds,kind,metric,repeats,median,low,high,confidence\n0.5,"a,b",runs,5,3.0,1.0,5.5,0.9375\n'
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"has no `async def experiment\(world, ...\)`\."),
        ("def experiment(world): ...", r"has no `async def experiment\(world, ...\)`\."),
        ("(", r"cannot be imported: SyntaxError\("),
        ("1 / 0", r"cannot be imported: ZeroDivisionError\("),
    ],
)
def test_a_file_that_is_no_experiment_is_refused(tmp_path: Path, text: str, complaint: str):
    with pytest.raises(Misfit, match=complaint):
        load(_file(tmp_path, text))


def test_a_file_that_is_no_python_is_refused(tmp_path: Path):
    with pytest.raises(Misfit, match=r"is no Python file\.$"):
        load(tmp_path / "question.txt")


def test_a_parameter_or_metric_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path):
    experiment = load(_file(tmp_path, LINES))

    with pytest.raises(
        Misfit, match=r"^The experiment has no parameter 'size'\. There are: seconds, factor\.$"
    ):
        check(experiment, {"size": (1,)})
    with pytest.raises(Misfit, match=r"^The experiment has no metric 'runs'\. There are: seconds, seed\.$"):
        list(measure(experiment, {}, "runs", 1))


def test_a_parameter_without_a_value_is_refused():
    with pytest.raises(Misfit, match=r"^The experiment needs a value for 'seed'\.$"):
        check(_fails, {})


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"count": (3, -3)}, "The parameter 'count' cannot be -3: expected `int` >= 0."),
        ({"count": (1.5,)}, "The parameter 'count' cannot be 1.5: expected `int`, got `float`."),
        ({"count": ("abc",)}, "The parameter 'count' cannot be 'abc': expected `int`, got `str`."),
        ({"seconds": ("abc",)}, "The parameter 'seconds' cannot be 'abc': expected `float`, got `str`."),
        ({"plain": ("abc",)}, "The parameter 'plain' cannot be 'abc': expected `int | float`, got `str`."),
        ({"odd": (1,)}, "The annotation of 'odd' is none of msgspec's: "),
    ],
)
def test_a_value_that_a_parameter_does_not_take_is_refused(parameters: Parameters, complaint: str):
    with pytest.raises(Misfit) as caught:
        check(_takes, parameters)

    assert str(caught.value).startswith(complaint)


def test_values_that_parameters_take_are_not_refused():
    check(_takes, {"count": (0, 7), "seconds": (1, 0.5), "plain": (-1, 0.5), "free": (1, "a", 0.5)})


@pytest.mark.parametrize(
    ("signature", "complaint"),
    [
        ("", "The experiment takes no world."),
        ("world, **others", "The experiment must name each of its parameters."),
        ("world, *others", "The experiment must name each of its parameters."),
        ("world, *, a: 'Nix' = 1", "An annotation of the experiment means nothing: NameError("),
    ],
)
def test_a_signature_that_says_nothing_is_refused(tmp_path: Path, signature: str, complaint: str):
    experiment = load(_file(tmp_path, f"async def experiment({signature}): ..."))

    with pytest.raises(Misfit) as caught:
        check(experiment, {})

    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize(
    ("results", "complaint"),
    [
        ("None", "The experiment gives no numbers by name, but None."),
        ("{'a': 'b'}", "The experiment's metric 'a' is no number that can be compared, but 'b'."),
        (
            "{'a': -(10**309)}",
            f"The experiment's metric 'a' is no number that can be compared, but {-(10**309)}.",
        ),
        ("{'a': float('nan')}", "The experiment's metric 'a' is no number that can be compared, but nan."),
    ],
)
def test_what_is_no_number_by_name_is_refused(tmp_path: Path, results: str, complaint: str):
    experiment = load(_file(tmp_path, f"async def experiment(world): return {results}"))

    with pytest.raises(Misfit) as caught:
        list(measure(experiment, {}, "a", 1))

    assert str(caught.value) == complaint


def test_a_failure_names_the_seed_and_the_values():
    with pytest.raises(Failed, match=r"^The experiment failed with seed 2, seed=2\.$") as caught:
        list(measure(_fails, {"seed": (2,)}, "seed", 3))

    assert isinstance(caught.value.__cause__, AssertionError)
