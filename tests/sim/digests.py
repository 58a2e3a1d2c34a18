"""What a few seeds come to: the same on every interpreter, in every process.

python -m tests.sim.digests          writes digests.json anew, after a change of psync, presets or faults
python -m tests.sim.digests traces   prints the digests of the whole traces
"""

import json
import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from sim.presets import PRESETS, derive
from sim.scenarios import SCENARIOS
from sim.trial import carry_out
from sim.world import World

FILE = Path(__file__).with_name("digests.json")
SEEDS = range(1, 4)
SCENARIO_SEED = 3


class Row(Struct, frozen=True):
    """The application digest of a seed, the exit codes of its runs beside it for whoever compares two files."""

    preset: str
    seed: int
    exit_codes: tuple[int, ...]
    digest: str


def application_digests() -> list[Row]:
    """What the programs told their operators, for each of the seeds."""
    return [_row(preset, seed) for preset in PRESETS for seed in SEEDS]


def committed_digests() -> list[Row]:
    """What they told when the file was written."""
    return msgspec.json.decode(FILE.read_bytes(), type=list[Row])


def trace_digests() -> dict[str, str]:
    """All that happened in the world of each preset's first seed, and in each scenario."""
    seeds = {preset: carry_out(derive(preset, 1), keeps_trace=True)[0].trace_digest for preset in PRESETS}
    return seeds | {name: _played(name) for name in SCENARIOS}


def _played(name: str) -> str:
    """The digest of a scenario's trace; of one that cannot pass yet, up to where it fails."""
    scenario = SCENARIOS[name]
    with World(SCENARIO_SEED) as world, suppress(AssertionError) if scenario.missing else nullcontext():
        world.run(scenario(world))
    return world.trace.digest()


def _row(preset: str, seed: int) -> Row:
    result, _ = carry_out(derive(preset, seed))
    return Row(preset, seed, result.exit_codes, result.application_digest)


def _write() -> None:
    rows = ",\n  ".join(msgspec.json.encode(row).decode() for row in application_digests())
    FILE.write_text(f"[\n  {rows}\n]\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["traces"]:
        json.dump(trace_digests(), sys.stdout)
    else:
        _write()
