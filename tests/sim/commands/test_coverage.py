"""What seeds have reached."""

from collections import Counter
from pathlib import Path

import click
import msgspec
import pytest

from sim.commands.coverage import ADVICE, PRESETS, Coverage, run_coverage
from sim.commands.sweep import sum_up
from sim.sometimes import SOMETIMES
from sim.tally import Speed, Summary, coverage_lines

SUMMARY = Summary(
    "chaos", "1..9", 9, (), {"DiskFull": 2}, {"committed": 9}, (), 1.0, "aa", Speed(1, 1.0, 1.0)
)


def _file(folder: Path, reached: dict[str, int]) -> Path:
    file = folder / f"{len(list(folder.iterdir()))}.json"
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(SUMMARY, reached=reached)))
    return file


def test_summaries_are_added_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    files = (_file(tmp_path, {"committed": 9}), _file(tmp_path, {"committed": 1, "large": 2}))

    assert run_coverage(files, "clean", range(1, 2), 1, is_json=False) == 1
    assert capsys.readouterr().out.splitlines() == coverage_lines(
        {"DiskFull": 4}, {"committed": 10, "large": 2}
    )


def test_a_sum_is_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    reached = dict.fromkeys(SOMETIMES, 1)
    missed = {name: 1 for name in SOMETIMES if name != "committed"}
    whole, gap = _file(tmp_path, reached), _file(tmp_path, missed)

    assert [run_coverage((file,), None, range(1, 2), 1, is_json=True) for file in (whole, gap)] == [0, 1]
    said = capsys.readouterr()
    assert [msgspec.json.decode(line, type=Coverage) for line in said.out.splitlines()] == [
        Coverage({"DiskFull": 2}, reached, ()),
        Coverage({"DiskFull": 2}, missed, ("committed",)),
    ]
    assert said.err == f"{ADVICE}\n"


def test_all_reached_is_code_0(tmp_path: Path):
    assert (
        run_coverage((_file(tmp_path, dict.fromkeys(SOMETIMES, 1)),), "clean", range(1, 2), 1, is_json=False)
        == 0
    )


def test_what_is_tried_unless_something_else_is_asked_for_reaches_everything():
    assert run_coverage((), None, range(1, 201), 2, is_json=False) == 0


def test_without_a_summary_a_sweep_is_made(capsys: pytest.CaptureFixture[str]):
    summary, _ = sum_up("clean", range(1, 4), 1)

    assert run_coverage((), "clean", range(1, 4), 1, is_json=False) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == coverage_lines(summary.effects, summary.reached)
    assert printed.err.splitlines()[-1] == ADVICE


def test_without_a_preset_all_those_are_tried_that_together_reach_everything(
    capsys: pytest.CaptureFixture[str],
):
    effects, reached = Counter[str](), Counter[str]()
    for preset in PRESETS:
        summary, _ = sum_up(preset, range(1, 4), 1)
        effects.update(summary.effects)
        reached.update(summary.reached)

    assert run_coverage((), None, range(1, 4), 1, is_json=False) == 1
    assert capsys.readouterr().out.splitlines() == coverage_lines(effects, reached)


@pytest.mark.parametrize("text", ["", "{}", "nonsense"])
def test_what_is_no_summary_is_refused(tmp_path: Path, text: str):
    file = tmp_path / "summary.json"
    file.write_text(text)

    with pytest.raises(click.UsageError, match=r"summary\.json is no summary of a sweep: "):
        run_coverage((file,), "clean", range(1, 2), 1, is_json=False)
