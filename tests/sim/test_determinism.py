"""One seed, one history: in another process, after other worlds, on every interpreter."""

import json
import os
import subprocess
import sys

import pytest

from sim.presets import derive
from sim.trial import carry_out
from tests.checkout import ROOT
from tests.sim.digests import PRESETS, application_digests, committed_digests, trace_digests


def _traces_elsewhere(hash_seed: str) -> dict[str, str]:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.sim.digests", "traces"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, str] = json.loads(printed.stdout)
    return found


def test_the_same_seeds_give_the_same_traces_whatever_strings_hash_to():
    here = trace_digests()

    assert [_traces_elsewhere(hash_seed) for hash_seed in ("1", "4242")] == [here, here]


@pytest.mark.parametrize("preset", PRESETS)
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
