"""What a few seeds come to: the same on every interpreter, in every process.

python -m tests.sim.digests          writes digests.json anew, after a change of psync, presets or faults
python -m tests.sim.digests traces   prints the digests of the whole traces
"""

import json
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from sim.presets import derive
from sim.trial import carry_out

FILE = Path(__file__).with_name("digests.json")
SEEDS = range(1, 6)
PRESETS = ("clean", "lossy", "crashy", "interleave", "chaos")


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
    """All that happened in the worlds of each preset's first seeds."""
    return {
        f"{preset} {seed}": carry_out(derive(preset, seed), keeps_trace=True)[0].trace_digest
        for preset in PRESETS
        for seed in SEEDS[:2]
    }


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
