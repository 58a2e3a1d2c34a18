"""One history, told."""

from pathlib import Path

import click
import msgspec
import pytest

from sim import replay
from sim.arguments import Unwritable
from sim.commands.answer import print_document
from sim.commands.run import Ending, Output, Replayed, run_replay, run_scenario, run_seed
from sim.diagnosis import Diagnosis, Failing
from sim.difference import read_trace
from sim.faults import PowerCut
from sim.outcome import Outcome, outcome_lines
from sim.plan import Plan
from sim.presets import derive
from sim.scenarios.scenario import Scenario, not_yet, scenario
from sim.tally import Finding
from sim.trial import carry_out
from sim.world import World
from tests.sim.broken_checkout import break_copy, simulate

JSON = Output(is_json=True)

STOPS = 'raise ValueError("no listener")'


@scenario
async def _stops(world: World) -> None:
    world.note("begun")
    raise ValueError("no listener")


@scenario
async def _goes_well(world: World) -> None:
    world.note("begun")


@scenario
async def _prints(world: World) -> None:
    print_document(Finding(world.seed, "none"))


@not_yet("a lever")
async def _pulls_a_lever(world: World) -> None:
    assert world.seed < 0, "there is no lever"


@not_yet("a lever")
async def _pulls_a_lever_that_is_there(world: World) -> None:
    assert world.seed > 0


@not_yet("a lever")
async def _pulls_a_lever_wrongly(world: World) -> None:
    raise ValueError("no listener")


def _line_of(code: str) -> int:
    """The first line of this file that is such code, counted from 1."""
    return [line.strip() for line in Path(__file__).read_text("utf-8").splitlines()].index(code) + 1


def test_a_seed_is_carried_out_and_told(capsys: pytest.CaptureFixture[str]):
    plan = derive("clean", 1)

    assert run_seed("clean", 1, Output()) == 0
    assert capsys.readouterr().out.splitlines() == outcome_lines(
        Outcome(plan, carry_out(plan, keeps_trace=True)[0])
    )


def test_a_seed_is_told_as_json(capsys: pytest.CaptureFixture[str]):
    plan = derive("clean", 1)

    assert run_seed("clean", 1, JSON) == 0
    told = msgspec.json.decode(capsys.readouterr().out, type=Outcome)
    assert told == Outcome(plan, carry_out(plan, keeps_trace=True)[0])


def test_a_fault_that_did_not_happen_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    replay.write(tmp_path / "plan.json", Plan("by hand", 1, faults=(PowerCut("far", 100_000),)), "")

    assert run_replay(tmp_path / "plan.json", Output()) == 0
    assert "  no effect     far loses its power" in capsys.readouterr().out


def test_a_replay_is_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plan = Plan("by hand", 1, faults=(PowerCut("far", 100_000),))
    replay.write(tmp_path / "plan.json", plan, "whole: torn")

    assert run_replay(tmp_path / "plan.json", JSON) == 0
    told = msgspec.json.decode(capsys.readouterr().out, type=Replayed)
    assert told == Replayed(
        plan,
        carry_out(plan, keeps_trace=True)[0],
        ("far loses its power at system call 100000",),
        kept_broken="whole: torn",
        origin=replay.this_origin(),
    )


def test_a_trace_is_left_behind(tmp_path: Path):
    run_seed("clean", 1, Output(trace=tmp_path / "trace"))

    assert read_trace(tmp_path / "trace") == carry_out(derive("clean", 1), keeps_trace=True)[1].trace.events


@pytest.mark.parametrize("option", ["trace", "html"])
def test_what_cannot_be_left_behind_is_told(option: str, tmp_path: Path):
    with pytest.raises(Unwritable, match=r"/gone/file' cannot be written: No such file or directory\.$"):
        run_seed("clean", 1, Output(**{option: tmp_path / "gone" / "file"}))


def test_a_scenario_that_goes_well_is_told_with_its_digest(capsys: pytest.CaptureFixture[str]):
    with World(3) as world:
        world.run(_goes_well(world))

    assert run_scenario("mine", _goes_well, 3, Output()) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mine, seed 3: as it should be",
        "  virtual time  0.000 s",
        f"  trace         {world.trace.digest()}",
    ]


def test_a_scenario_that_fails_says_where_and_how_to_run_it_again_and_leaves_its_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run_scenario("mine", _stops, 3, Output(trace=tmp_path / "trace")) == 1

    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines()[:4] == [
        "mine, seed 3: failed",
        f"  failed at     tests/sim/commands/test_run.py:{_line_of(STOPS)}: {STOPS}",
        "  because       ValueError: no listener",
        "  again         python -m sim run mine --seed 3 --html run.html",
    ]
    assert [event.detail for event in read_trace(tmp_path / "trace")] == ["begun"]


def test_a_scenario_is_told_as_json(capsys: pytest.CaptureFixture[str]):
    with World(3) as world:
        world.run(_goes_well(world))

    assert run_scenario("mine", _goes_well, 3, JSON) == 0
    told = msgspec.json.decode(capsys.readouterr().out, type=Ending)
    assert told == Ending("mine", 3, "as it should be", True, None, 0.0, world.trace.digest())


def test_a_scenario_that_fails_is_told_as_json_and_its_traceback_apart(capsys: pytest.CaptureFixture[str]):
    assert run_scenario("mine", _stops, 3, JSON, has_traceback=True) == 1

    said = capsys.readouterr()
    told = msgspec.json.decode(said.out, type=Ending)
    place = f"tests/sim/commands/test_run.py:{_line_of(STOPS)}: {STOPS}"
    assert told.diagnosis == Diagnosis((Failing(place, "ValueError: no listener"),))
    assert (told.verdict, told.is_expected) == ("failed", False)
    assert said.err.startswith("Traceback (most recent call last):\n")


def test_what_a_scenario_prints_does_not_come_into_its_json(capsys: pytest.CaptureFixture[str]):
    assert run_scenario("mine", _prints, 3, JSON) == 0

    said = capsys.readouterr()
    assert msgspec.json.decode(said.out, type=Ending).scenario == "mine"
    assert said.err == '{"seed":3,"broken":"none"}\n'


@pytest.mark.parametrize("scenario", [_stops, _pulls_a_lever])
def test_a_traceback_is_told_to_whoever_asks_for_it(scenario: Scenario, capsys: pytest.CaptureFixture[str]):
    run_scenario("mine", scenario, 3, Output(), has_traceback=True)

    assert capsys.readouterr().err.startswith("Traceback (most recent call last):\n")


@pytest.mark.parametrize(
    ("scenario", "exit_code", "verdict"),
    [
        (_pulls_a_lever, 0, "fails as expected, missing: a lever"),
        (_pulls_a_lever_that_is_there, 1, "passes, although something is said to be missing: a lever"),
        (_pulls_a_lever_wrongly, 1, "failed"),
    ],
)
def test_a_scenario_that_cannot_pass_yet_is_expected_to_fail_by_an_assertion(
    scenario: Scenario, exit_code: int, verdict: str, capsys: pytest.CaptureFixture[str]
):
    assert run_scenario("mine", scenario, 3, Output()) == exit_code

    said = capsys.readouterr()
    assert said.out.splitlines()[0] == f"mine, seed 3: {verdict}"
    assert ("  again  " in said.out) is (verdict == "failed")


def test_a_replay_says_what_was_broken_when_it_was_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    replay.write(tmp_path / "kept.json", derive("clean", 1), "whole: torn")

    assert run_replay(tmp_path / "kept.json", Output()) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "When it was kept: whole: torn"


def test_a_replay_of_another_commit_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "kept.json"
    replay.write(file, derive("clean", 1), "")
    here = replay.this_origin()
    file.write_text(file.read_text().replace(here.commit, "0123"))

    assert run_replay(file, Output()) == 0
    there = replay.Origin(here.format, here.psync, "0123")
    assert capsys.readouterr().err == f"{file} was made by {there}; this is {here}.\n"


def test_what_is_no_replay_is_refused(tmp_path: Path):
    (tmp_path / "kept.json").write_text("nonsense")

    with pytest.raises(click.UsageError, match="is no replay file"):
        run_replay(tmp_path / "kept.json", Output())


def test_a_broken_seed_ends_with_code_1_and_every_option(tmp_path: Path):
    ran = simulate("run", "--preset", "clean", "--seed", "1", checkout=break_copy(tmp_path))

    assert ran.returncode == 1
    assert ran.stdout.startswith("clean, seed 1: broken, faithful: the target differs")
    assert "\noptions:\n  preset           clean\n" in ran.stdout
