"""The command line, as an operator meets it."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from sim.arguments import listed
from sim.cli import main
from sim.cli import simulate as commands
from sim.difference import Difference, compare, describe, read_trace
from sim.explanation import explain
from sim.plan import Plan
from sim.presets import PRESETS, derive
from sim.scenarios import SCENARIOS
from sim.scenarios.scenario import listed_scenarios
from sim.trace import Event
from tests.checkout import ROOT
from tests.sim.broken_checkout import simulate

NO_PRESET = f"Invalid value for '--preset': There is no preset 'nix'.\n{listed('There are', PRESETS)}\n"


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("run nix", f"There is no scenario 'nix'.\n{listed_scenarios(SCENARIOS)}\n"),
        ("run push_one_fil", "There is no scenario 'push_one_fil'. Did you mean push_one_file"),
        ("run --preset nix", NO_PRESET),
        ("run", f"Name a scenario or a --preset.\n{listed_scenarios(SCENARIOS)}\nPresets are: "),
        ("run --preset clean push_one_file", "Name a scenario or a --preset, not both."),
        ("run --preset chaso", "There is no preset 'chaso'. Did you mean chaos?\nThere are: "),
        ("sweep --preset chaso --seeds 1..2", "There is no preset 'chaso'. Did you mean chaos?\nThere are: "),
        ("run --preset clean --traceback", "--traceback is for a scenario: of a seed all is told."),
        ("run --preset clean --seed x", "'x' is no seed, which is a whole number from 0 to "),
        ("run --sed 1", "No such option '--sed'. There are: --help, --html, --json, --preset, --seed, --trace, --traceback, -h."),
        ("sweep --preset nix --seeds 1..2", NO_PRESET),
        ("sweep --preset clean", "Missing option '--seeds'"),
        ("sweep --preset clean --seeds 9..2", "'9..2' ends before it begins."),
        ("sweep --preset clean --seeds 1..x", "'1..x' is not of the form A..B, such as 1..2000, nor one seed."),
        ("sweep --preset clean --seeds 1..2 --engine x", "'x' is not one of 'local', 'dask'"),
        ("sweep --preset clean --seeds 1..2 --engine dask", "The engine 'dask' is not built yet and may wait"),
        ("sweep --preset clean --seeds 1..2 --scheduler a:1", "The engine 'dask' is not built yet"),
        ("replay nix", "File 'nix' does not exist."),
        ("replay README.md", "README.md is no replay file: "),
        ("shrink --preset clean 1", "clean, seed 1 keeps every promise: there is nothing to reduce."),
        ("shrink --preset clean", "Missing argument 'SEED'"),
        ("explain --preset nix 1", NO_PRESET),
        ("diff README.md README.md", "README.md is no trace: "),
        ("coverage README.md", "README.md is no summary of a sweep: "),
        ("experiment README.md --metric a", "README.md is no Python file."),
        ("experiment sim/experiments/latency.py --metric a --param b", "'b' is not of the form name=value,value."),
        ("run --preset clean --trace nix/a", "Invalid value for '--trace': There is no folder 'nix'."),
        ("run --preset clean --html nix/a", "Invalid value for '--html': There is no folder 'nix'."),
        ("replay README.md --html nix/a", "Invalid value for '--html': There is no folder 'nix'."),
        ("shrink --preset clean 1 --output nix/a", "Invalid value for '--output': There is no folder 'nix'."),
        ("experiment README.md --metric a --csv nix/a", "Invalid value for '--csv': There is no folder 'nix'."),
        ("experiment README.md --metric a --plot nix/a.svg", "Invalid value for '--plot': There is no folder 'nix'."),
        ("sweep --preset clean --seeds 1..2 --keep nix/a", "Invalid value for '--keep': There is no folder 'nix'."),
        ("sweep --seeds 1..2", "Missing option '--preset'"),
        ("shrink 1", "Missing option '--preset'"),
        ("explain --preset clean x", "'x' is no seed, which is a whole number from 0 to "),
        ("sweep --preset clean --seeds 1..2 --jobs 0", "'0' is no number of processes, which is a whole number from 1 to 512."),
        ("mutants --seeds 0", "'0' is no number of seeds, which is a whole number from 1 to 100,000."),
        ("experiment README.md --metric a --repeats x", "'x' is no number of repeats, which is a whole number from 1 to 100,000."),
        ("explain 1", "Missing option '--preset'"),
        ("run --preset clean --trace nix --html ./nix", "/nix' is given for '--trace' and '--html'."),
        ("experiment README.md --metric a --csv README.md", "/README.md' is given for 'FILE' and '--csv'."),
        ("experiment README.md --metric a --plot a.png", "Invalid value for '--plot': 'a.png' does not end in .svg: no other kind of file is written."),
        ("experiment README.md --metric a --plot svg", "'svg' does not end in .svg: no other kind of file is written."),
        ("mutants nix", "There is no mutant 'nix'.\nThere are: acknowledged_when_received, "),
        ("walk", "No such command 'walk'. There are: coverage, diff, experiment, explain, mutants, "),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_refused_and_what_is_known_named(command, complaint, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["sim", *command.split()])
    monkeypatch.chdir(ROOT)

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert complaint in said.err


def test_a_complaint_reaches_the_shell_without_a_traceback():
    ran = simulate("run", "nix")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Usage: ")
    assert ran.stderr.endswith(f"Error: There is no scenario 'nix'.\n{listed_scenarios(SCENARIOS)}\n")


def test_a_scenario_is_run_and_its_traces_are_compared(tmp_path: Path):
    traces = [str(tmp_path / name) for name in "abc"]
    for trace, seed in zip(traces, "112", strict=True):
        assert simulate("run", "push_one_file", "--seed", seed, "--trace", trace).returncode == 0

    same, other = simulate("diff", *traces[:2]), simulate("diff", *traces[1:])

    assert (same.returncode, same.stdout) == (0, "The histories are equal.\n")
    assert (other.returncode, other.stdout.splitlines()) == (
        1,
        describe(compare(*(read_trace(Path(trace)) for trace in traces[1:]))),
    )


def test_traces_are_compared_as_json(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other"
    for file, detail in ((one, "a"), (other, "b")):
        file.write_bytes(msgspec.json.encode(Event(0, 0, "near", "file", detail)))

    ran, same = (simulate("diff", str(one), str(file), "--json") for file in (other, one))

    assert [(ran.returncode, ran.stderr), (same.returncode, same.stderr)] == [(1, ""), (0, "")]
    told = [msgspec.json.decode(text, type=Difference) for text in (ran.stdout, same.stdout)]
    assert told == [compare(read_trace(one), read_trace(file)) for file in (other, one)]


def test_every_option_of_a_seed_is_explained():
    ran = simulate("explain", "--preset", "chaos", "3")

    assert (ran.returncode, ran.stdout.splitlines()) == (0, explain(derive("chaos", 3)))


def test_every_option_of_a_seed_is_explained_as_json():
    ran = simulate("explain", "--preset", "chaos", "3", "--json")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert msgspec.json.decode(ran.stdout, type=Plan) == derive("chaos", 3)


def test_an_interrupted_sweep_says_how_far_it_came_and_leaves_no_process(tmp_path: Path):
    command = [sys.executable, "-m", "sim", "sweep", "--preset", "clean", "--seeds", "1..1000000"]
    with subprocess.Popen(
        [*command, "--jobs", "2", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().endswith(" 0 broken\n")
        process.send_signal(signal.SIGINT)
        told, complaint = process.communicate(timeout=60)

    assert process.returncode == 130
    assert '"preset":"clean","seeds":"1..1000000"' in told
    assert complaint.startswith("Interrupted after ")
    assert complaint.count("\n") == 1


def test_the_help_names_every_command():
    ran = simulate("--help")

    commands = ["coverage", "diff", "experiment", "explain", "mutants", "replay", "run", "shrink", "sweep"]
    assert ran.returncode == 0
    assert [name for name in commands if f"\n  {name} " not in ran.stdout] == []


def test_every_command_can_tell_what_it_has_come_to_as_json():
    options = {
        name: [option for param in command.params for option in param.opts]
        for name, command in commands.commands.items()
    }

    assert [name for name, known in options.items() if "--json" not in known] == []
