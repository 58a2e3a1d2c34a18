"""One seed, one history: in another process, after other worlds, on every interpreter."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from sim.presets import PRESETS, derive
from sim.scenarios import SCENARIOS
from sim.trial import carry_out
from tests.checkout import ROOT
from tests.sim.digests import SEEDS, application_digests, committed_digests

HASH_SEEDS = ("1", "4242")


def _start(hash_seed: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sim.digests", "traces"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )


def test_seeds_and_scenarios_give_the_same_traces_whatever_strings_hash_to():
    with ExitStack() as started:
        processes = [started.enter_context(_start(hash_seed)) for hash_seed in HASH_SEEDS]
        one, other = [json.loads(process.communicate()[0]) for process in processes]

    assert one == other
    assert one.keys() == PRESETS.keys() | SCENARIOS.keys()
    assert len(set(one.values())) > len(one) // 2  # some scenarios differ in nothing but their keys


def test_the_seeds_that_are_compared_reach_windows_machines_too():
    plans = [derive(preset, seed) for preset in PRESETS for seed in SEEDS]

    assert sum(bool(plan.windows) for plan in plans) >= 10


@pytest.mark.parametrize("preset", ["clean", "lossy", "crashy", "interleave", "chaos", "windows-hostile"])
def test_a_world_leaves_nothing_behind_that_changes_the_next(preset: str):
    first, _ = carry_out(derive(preset, 7), keeps_trace=True)
    carry_out(derive("chaos", 8))
    second, _ = carry_out(derive(preset, 7), keeps_trace=True)

    assert second == first


def test_a_trace_that_is_not_kept_changes_nothing():
    kept, _ = carry_out(derive("chaos", 9), keeps_trace=True)
    unkept, _ = carry_out(derive("chaos", 9))

    assert unkept.application_digest == kept.application_digest


def test_every_interpreter_gives_the_digests_that_are_committed():
    """After a wanted change of behaviour: `python -m tests.sim.digests` writes them anew."""
    assert application_digests() == committed_digests()


def test_the_committed_digests_tell_seeds_apart():
    digests = [row.digest for row in committed_digests()]

    assert len(set(digests)) > len(digests) // 2
