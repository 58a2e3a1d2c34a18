"""Many seeds, told while they come in and added up at the end."""

import sys
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import click

from sim import replay
from sim.arguments import INTERRUPTED, told_if_unwritable
from sim.commands.answer import answer, aside
from sim.explanation import explain
from sim.outcome import finding_lines
from sim.presets import derive
from sim.progress import Meter
from sim.sweep import sweep
from sim.tally import Finding, Speed, Summary, Tally, missed, text_of

# Where every seed breaks, the options of the first few tell as much.
EXPLAINED_MAX = 10


def run_sweep(preset: str, seeds: range, jobs: int, *, is_json: bool, keep: Path) -> int:
    """Carry out seeds; exit code 1 if one was broken, or if many have not reached everything."""
    report = Report(preset, keep, is_json=is_json)
    summary, is_whole = sum_up(preset, seeds, jobs, report)
    answer(summary, text_of, is_json=is_json)
    if not is_whole:
        print(f"Interrupted after {summary.tried:,} of {len(seeds):,} seeds.", file=sys.stderr)
        return INTERRUPTED
    if misses := missed(summary):
        print(
            f"So many seeds of {preset} have to reach everything. Missed: {', '.join(misses)}.",
            file=sys.stderr,
        )
    return 1 if summary.broken or misses else 0


class Report:
    """Tells of each broken seed when it is found, and keeps its plan."""

    def __init__(self, preset: str, keep: Path, *, is_json: bool) -> None:
        self._preset = preset
        self._keep = keep
        self._is_json = is_json
        self._count = 0

    def tell(self, finding: Finding) -> None:
        """A seed was broken."""
        self._count += 1
        plan = derive(self._preset, finding.seed)
        file = self._keep / f"{self._preset}-{finding.seed}.json"
        with told_if_unwritable(file):
            replay.write(file, plan, finding.broken)
        lines = finding_lines(plan, finding.broken, str(file))
        if self._count <= EXPLAINED_MAX:
            lines += [f"    {line}" for line in explain(plan)]
        with aside(is_json=self._is_json):
            print("\n".join(lines), flush=True)


def sum_up(preset: str, seeds: range, jobs: int, report: Report | None = None) -> tuple[Summary, bool]:
    """Give the summary, and whether it is of all seeds."""
    tally, processor_seconds, begun = Tally(), 0.0, time.monotonic()
    is_whole = True
    try:
        with Meter(len(seeds), sys.stderr) as meter, closing(sweep(preset, seeds, jobs)) as carried:
            for one in carried:
                finding = tally.add(one.seed, one.result)
                processor_seconds += one.processor_seconds
                meter.count(is_broken=finding is not None)
                if finding is not None and report is not None:
                    report.tell(finding)
    except KeyboardInterrupt:
        is_whole = False
    except BrokenProcessPool:
        raise click.ClickException(f"A process was killed, after {tally.tried:,} seeds.") from None
    speed = Speed(jobs, round(time.monotonic() - begun, 3), round(processor_seconds, 3))
    return tally.summary(preset, f"{seeds.start}..{seeds.stop - 1}", speed), is_whole
