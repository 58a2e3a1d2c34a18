"""The figures as a table of Markdown."""

from collections.abc import Callable, Sequence

from benchmarks.rounds import Measured, Timing
from benchmarks.surroundings import Surroundings

HEADINGS = (
    "work",
    "durability",
    "encryption",
    "file system",
    "caches",
    "psync",
    "rsync",
    "psync / rsync",
)


def heading(about: Surroundings, rounds: int) -> str:
    """Say what all rows share."""
    return (
        f"psync {about.psync} (Python {about.python}) beside an rsync {about.rsync} daemon, pushed over loopback; "
        f"{about.time}, {about.cores} cores, Linux {about.kernel}; medians of {rounds} rounds in turns."
    )


def table(rows: Sequence[Measured]) -> str:
    """Give one line a row, padded so that it can be read as it is."""
    lines = [HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines]
    padded.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(line) + " |" for line in padded)


def _cells(row: Measured) -> tuple[str, ...]:
    return (
        f"{row.work} ({row.bytes / 1e6:,.0f} MB)",
        _both(row, lambda timing: timing.durability),
        _both(row, lambda timing: timing.encryption),
        row.file_system,
        row.caches,
        *(f"{timing.median_seconds:.2f} s" for timing in row.timings),
        f"{row.ratio:.2f}",
    )


def _both(row: Measured, tell: Callable[[Timing], str]) -> str:
    return " / ".join(map(tell, row.timings))
