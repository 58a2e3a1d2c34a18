"""A broken seed, made small and kept."""

from pathlib import Path

import click
import pytest

from sim.commands.shrink import run_shrink
from sim.replay import read
from tests.sim.broken_checkout import break_copy, simulate


def test_a_seed_that_is_not_broken_is_refused(tmp_path: Path):
    with pytest.raises(click.UsageError, match=r"^clean, seed 1 keeps every promise: there is nothing to"):
        run_shrink("clean", 1, tmp_path / "kept.json")

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
