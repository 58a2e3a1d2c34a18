"""A broken seed, made small and kept."""

from pathlib import Path

import click
import msgspec
import pytest

from sim.commands.shrink import Shrunk, Size, run_shrink, size_of
from sim.faults import PowerCut
from sim.plan import Edit, FileSpec, Plan
from sim.presets import derive
from sim.replay import read
from tests.sim.broken_checkout import break_copy, simulate


def test_a_seed_that_is_not_broken_is_refused(tmp_path: Path):
    with pytest.raises(click.UsageError, match=r"^clean, seed 1 keeps every promise: there is nothing to"):
        run_shrink("clean", 1, tmp_path / "kept.json", is_json=False)

    assert list(tmp_path.iterdir()) == []


def test_a_broken_seed_is_reduced_and_kept_as_a_regression(tmp_path: Path):
    checkout = break_copy(tmp_path)

    ran = simulate("shrink", "--preset", "clean", "1", checkout=checkout)
    file = checkout / "tests" / "regressions" / "faithful-clean-1.json"
    replayed = simulate("replay", str(file), checkout=checkout)

    plan = read(file).plan
    assert sum(map(len, (plan.source, plan.target, plan.edits, plan.faults))) == 1
    assert f"kept in {file}; again: python -m sim replay {file}" in ran.stdout
    assert (ran.returncode, replayed.returncode) == (1, 1)


def test_a_broken_seed_is_reduced_and_told_as_json(tmp_path: Path):
    checkout, file = break_copy(tmp_path), tmp_path / "kept.json"

    ran = simulate("shrink", "--preset", "clean", "1", "--json", "--output", str(file), checkout=checkout)

    told = msgspec.json.decode(ran.stdout, type=Shrunk)
    assert (ran.returncode, told.file, told.plan) == (1, str(file), read(file).plan)
    assert told.result.broken.startswith("faithful: the target differs")
    assert (told.before, told.after) == (size_of(derive("clean", 1)), size_of(told.plan))


def test_the_size_of_a_plan_is_what_it_takes():
    file, edit = FileSpec("a", 1, 1), Edit("a", 2, 2)
    plan = Plan(
        "by hand", 1, source=(file,), target=(file,), edits=((edit,), ()), faults=(PowerCut("far", 1),) * 2
    )

    assert size_of(plan) == Size(faults=2, files=2, edits=1)
    assert str(size_of(plan)) == "2 faults, 2 files, 1 edit"
