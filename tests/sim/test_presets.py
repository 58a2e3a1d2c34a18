"""Seeds give plans: always the same, and each fault that its preset has is drawn sooner or later."""

from typing import get_args

import pytest

from sim.faults import Fault, FileLocked
from sim.faults.configuration import CONFIGURATION_FAULTS
from sim.presets import PRESETS, derive


@pytest.mark.parametrize("preset", PRESETS)
def test_a_seed_gives_one_plan(preset: str) -> None:
    assert derive(preset, 7) == derive(preset, 7) != derive(preset, 8)


def test_a_clean_world_has_no_faults() -> None:
    assert all(not derive("clean", seed).faults for seed in range(50))


def test_chaos_draws_every_class_of_faults() -> None:
    drawn = {type(fault) for seed in range(300) for fault in derive("chaos", seed).faults}

    assert drawn == set(get_args(Fault))


def test_some_seeds_repeat_the_job_and_most_do_not() -> None:
    once = sum(derive("chaos", seed).is_run_once for seed in range(200))

    assert 130 < once < 170


def test_the_documented_preset_draws_mistakes_of_operators_and_locks_and_nothing_else() -> None:
    drawn = [fault for seed in range(50) for fault in derive("documented", seed).faults]

    assert {type(fault) for fault in drawn} == {*CONFIGURATION_FAULTS, FileLocked}


def test_a_swarm_leaves_classes_out() -> None:
    kinds = [{type(fault).__name__ for fault in derive("chaos", seed).faults} for seed in range(100)]

    assert min(map(len, kinds)) <= 1
    assert max(map(len, kinds)) >= 6
