"""Seeds, told while they come in."""

import re
from pathlib import Path

import msgspec
import pytest

from sim import replay, tally
from sim.arguments import Unwritable
from sim.commands.sweep import EXPLAINED_MAX, Report, run_sweep, sum_up
from sim.explanation import explain
from sim.outcome import finding_lines
from sim.presets import derive
from sim.tally import Finding, Summary, Tally, text_of
from sim.trial import carry_out
from tests.sim.broken_checkout import break_copy, simulate


def _summary(preset: str, seeds: range) -> Summary:
    """What a sweep must come to, but for its speed."""
    results = Tally()
    for seed in seeds:
        results.add(seed, carry_out(derive(preset, seed))[0])
    speed = sum_up(preset, range(1, 1), 1)[0].speed
    return results.summary(preset, f"{seeds.start}..{seeds.stop - 1}", speed)


def _without_speed(summary: Summary) -> Summary:
    return msgspec.structs.replace(summary, speed=None)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_summary_is_the_same_with_any_number_of_processes(jobs: int):
    summary, is_whole = sum_up("chaos", range(1, 18), jobs)

    assert is_whole
    assert _without_speed(summary) == _without_speed(_summary("chaos", range(1, 18)))
    assert summary.speed.jobs == jobs


def test_a_sweep_prints_its_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run_sweep("clean", range(1, 4), 1, is_json=False, keep=tmp_path) == 0

    said = capsys.readouterr()
    expected = text_of(_summary("clean", range(1, 4)))
    assert said.out.splitlines()[2:] == expected[2:]
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_prints_its_summary_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run_sweep("clean", range(1, 4), 1, is_json=True, keep=tmp_path) == 0

    summary = msgspec.json.decode(capsys.readouterr().out, type=Summary)
    assert _without_speed(summary) == _without_speed(_summary("clean", range(1, 4)))


def test_a_finding_is_told_and_its_plan_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plan, file = derive("chaos", 3), tmp_path / "chaos-3.json"

    Report("chaos", tmp_path, is_json=False).tell(Finding(3, "whole: torn"))

    told = [*finding_lines(plan, "whole: torn", str(file)), *(f"    {line}" for line in explain(plan))]
    assert capsys.readouterr().out.splitlines() == told
    assert replay.read(file) == replay.Replay(replay.this_origin(), "whole: torn", plan)


def test_a_plan_that_cannot_be_kept_is_told(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(Unwritable, match=r"/file/chaos-3\.json' cannot be written: "):
        Report("chaos", tmp_path / "file", is_json=False).tell(Finding(3, "whole: torn"))


def test_with_json_a_finding_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    Report("chaos", tmp_path, is_json=True).tell(Finding(3, "whole: torn"))

    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()[0]) == ("", "broken: whole: torn")


def test_a_campaign_that_has_missed_something_has_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tally, "CAMPAIGN_SEEDS", 2)

    assert run_sweep("chaos", range(1, 3), 1, is_json=False, keep=tmp_path) == 1
    assert "So many seeds of chaos have to reach everything. Missed: deleted," in capsys.readouterr().err


def test_only_the_first_findings_are_told_with_their_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    report = Report("clean", tmp_path, is_json=False)
    for seed in range(EXPLAINED_MAX + 2):
        report.tell(Finding(seed, "whole: torn"))

    told = capsys.readouterr().out
    assert (told.count("broken: "), told.count("    preset ")) == (EXPLAINED_MAX + 2, EXPLAINED_MAX)


def test_broken_seeds_end_a_sweep_with_code_1_and_lines_that_reproduce_them(tmp_path: Path):
    checkout = break_copy(tmp_path)

    swept = simulate("sweep", "--preset", "clean", "--seeds", "1..3", "--jobs", "2", checkout=checkout)
    (line,) = re.findall(r"^  python -m (sim .* --seed 2)$", swept.stdout, re.MULTILINE)
    again = simulate(*line.split()[1:], checkout=checkout)
    replayed = simulate("replay", "replays/clean-2.json", checkout=checkout)

    assert [ran.returncode for ran in (swept, again, replayed)] == [1, 1, 1]
    assert "3 broken" in swept.stdout
    assert again.stdout == replayed.stdout
