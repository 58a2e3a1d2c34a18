"""An experiment, told."""

from pathlib import Path

import click
import msgspec
import pytest

from sim.arguments import Unwritable
from sim.commands.experiment import Output, Report, run_experiment
from sim.experiment import load, measure, table
from sim.plot import draw

TEXT = """
async def experiment(world, *, seconds=1.0):
    assert seconds < 100
    return {"copy_seconds": seconds + world.seed}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a_question.py").write_text(TEXT)
    return tmp_path / "a_question.py"


def test_what_was_measured_is_told_and_written(file: Path, capsys: pytest.CaptureFixture[str]):
    parameters = {"seconds": (1, 2)}
    csv, plot = file.parent / "a.csv", file.parent / "a.svg"

    assert run_experiment(file, parameters, "copy_seconds", 5, Output(csv, plot)) == 0

    measured = list(measure(load(file), parameters, "copy_seconds", 5))
    assert csv.read_text() == table("copy_seconds", measured)
    assert plot.read_text() == draw("A question: copy seconds", "copy_seconds", measured)
    assert capsys.readouterr().out.splitlines() == [
        f"{'seconds=1':40} copy_seconds 4  (94 %: 2 to 6, 5 repeats)",
        f"{'seconds=2':40} copy_seconds 5  (94 %: 3 to 7, 5 repeats)",
    ]


def test_an_experiment_that_fails_ends_with_code_1(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run_experiment(file, {"seconds": (100,)}, "copy_seconds", 5, Output()) == 1
    assert capsys.readouterr().err.startswith(
        "The experiment failed with seed 1, seconds=100. AssertionError("
    )


def test_what_was_measured_is_told_as_json_in_the_end_and_meanwhile_apart(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    file.write_text(f"{TEXT}\nprint('imported')\n")

    assert run_experiment(file, {"seconds": (1, 2)}, "copy_seconds", 5, Output(is_json=True)) == 0

    said = capsys.readouterr()
    told = msgspec.json.decode(said.out, type=Report)
    assert told == Report(
        "copy_seconds", tuple(measure(load(file), {"seconds": (1, 2)}, "copy_seconds", 5)), ""
    )
    assert [line.split()[0] for line in said.err.splitlines()] == ["imported", "seconds=1", "seconds=2"]


def test_what_was_measured_before_an_experiment_failed_is_told_as_json(
    file: Path, capsys: pytest.CaptureFixture[str]
):
    assert run_experiment(file, {"seconds": (1, 100)}, "copy_seconds", 5, Output(is_json=True)) == 1

    said = capsys.readouterr()
    told = msgspec.json.decode(said.out, type=Report)
    assert [one.values for one in told.measurements] == [{"seconds": 1}]
    assert told.failed.startswith("The experiment failed with seed 1, seconds=100. AssertionError(")
    assert said.err.splitlines()[-1] == told.failed


@pytest.mark.parametrize("option", ["csv", "plot"])
def test_a_table_or_plot_that_cannot_be_written_is_told(option: str, file: Path):
    output = Output(**{option: file / "below a file"})

    with pytest.raises(Unwritable, match=r"/below a file' cannot be written: Not a directory\.$"):
        run_experiment(file, {}, "copy_seconds", 1, output)


@pytest.mark.parametrize(
    ("parameters", "metric", "complaint"),
    [
        ({"size": (1,)}, "copy_seconds", "There are: seconds."),
        ({}, "runs", "There are: copy_seconds."),
    ],
)
def test_what_the_experiment_does_not_have_is_refused(file: Path, parameters, metric: str, complaint: str):
    with pytest.raises(click.UsageError, match=complaint):
        run_experiment(file, parameters, metric, 1, Output())
