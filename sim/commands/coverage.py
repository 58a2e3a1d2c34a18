"""What many seeds have reached, and what none has."""

import sys
from collections import Counter
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from sim.arguments import INTERRUPTED
from sim.commands.answer import answer
from sim.commands.sweep import sum_up
from sim.tally import Summary, coverage_lines, never

# Each of them reaches what the others hardly do: two hundred seeds of each, everything.
PRESETS = ("chaos", "unfit", "meddling", "locked", "interrupted")

# Told where something was missed: a preset may be unable to reach it, and what is rare takes more seeds.
ADVICE = f"Without --preset, {', '.join(PRESETS)} are tried; --seeds 1..1000 tries more of each."


class Coverage(Struct, frozen=True):
    """Several summaries together, as `--json` prints them; each name means what it does in `Summary`."""

    effects: dict[str, int]
    reached: dict[str, int]
    never: tuple[str, ...]


def run_coverage(
    files: tuple[Path, ...], preset: str | None, seeds: range, jobs: int, *, is_json: bool
) -> int:
    """Add up what summaries have reached, those in files or some that are made now."""
    summaries = [_read(file) for file in files]
    for name in () if files else (preset,) if preset else PRESETS:
        summary, is_whole = sum_up(name, seeds, jobs)
        if not is_whole:
            return INTERRUPTED
        summaries.append(summary)
    effects, reached = Counter[str](), Counter[str]()
    for summary in summaries:
        effects.update(summary.effects)
        reached.update(summary.reached)
    coverage = Coverage(dict(sorted(effects.items())), dict(sorted(reached.items())), never(reached))
    answer(coverage, _lines, is_json=is_json)
    if not coverage.never:
        return 0
    print(ADVICE, file=sys.stderr)
    return 1


def _lines(coverage: Coverage) -> list[str]:
    return coverage_lines(coverage.effects, coverage.reached)


def _read(file: Path) -> Summary:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Summary)
    except msgspec.MsgspecError as error:
        raise click.UsageError(f"{file} is no summary of a sweep: {error}") from None
