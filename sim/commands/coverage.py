"""What many seeds have reached, and what none has."""

from collections import Counter
from pathlib import Path

import click
import msgspec

from sim.arguments import INTERRUPTED
from sim.commands.sweep import sum_up
from sim.tally import Summary, coverage_lines, never


def run_coverage(files: tuple[Path, ...], preset: str, seeds: range, jobs: int) -> int:
    """Add up what summaries have reached, those in files or one that is made now."""
    summaries = [_read(file) for file in files]
    if not files:
        summary, is_whole = sum_up(preset, seeds, jobs)
        if not is_whole:
            return INTERRUPTED
        summaries.append(summary)
    effects, reached = Counter[str](), Counter[str]()
    for summary in summaries:
        effects.update(summary.effects)
        reached.update(summary.reached)
    print("\n".join(coverage_lines(effects, reached)))
    return 1 if never(reached) else 0


def _read(file: Path) -> Summary:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Summary)
    except msgspec.MsgspecError as error:
        raise click.UsageError(f"{file} is no summary of a sweep: {error}") from None
