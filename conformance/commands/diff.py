"""`diff`: two reports of `run --json` beside each other."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from conformance.difference import (
    Change,
    Difference,
    Kind,
    RequirementChange,
    Side,
    Verdict,
    compare,
    in_common,
    repeated,
)
from conformance.verdict import Report

LINE_LETTERS = 80

# What a target says can be long; who wants all of it has the reports.
ENTRY_LINES_MAX = 3

TITLES = {
    Kind.WORSE: "Got worse: passed in A and not in B",
    Kind.BETTER: "Got better: passes in B and did not in A",
    Kind.OTHERWISE: "Changed otherwise: passes in both or in none",
    Kind.ONLY_A: "Only in A, where they did not pass",
    Kind.ONLY_B: "Only in B",
}
MISSING = "missing"


def run_diff(a: Path, b: Path, *, is_json: bool, is_common: bool = False) -> int:
    """Print what differs, at `is_common` of the cases that both were asked; exit code 1 if something got worse.

    Raises `click.UsageError` for what is no report.
    """
    reports = read_report(a), read_report(b)
    difference = compare(*(in_common(*reports) if is_common else reports))
    print(_json(difference) if is_json else "\n".join(lines_of(difference)))
    return difference.exit_code


def read_report(file: Path) -> Report:
    """Read what `run --json` has written. Raises `click.UsageError`, which names the file and what to do."""
    try:
        report = msgspec.json.decode(file.read_bytes(), type=Report)
        if twice := repeated(report):
            raise ValueError(f"it tells of the case {twice[0]!r} twice")
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise click.UsageError(
            f"'{file}' is no report of this suite: {error}."
            f" Write one with `python -m conformance run --target TARGET --json FILE`."
        ) from None
    if report.unjudged is not None:
        raise click.UsageError(f"'{file}' is of a run that was not judged: {report.unjudged.text}.")
    return report


def lines_of(difference: Difference) -> Iterator[str]:
    """Say it in lines: what it amounts to, what was compared, the requirements, then each case."""
    yield difference.headline
    yield from _wrapped("A  ", _about(difference.a))
    yield from _wrapped("B  ", _about(difference.b))
    for kind in (Kind.WORSE, Kind.BETTER):
        rows = [row for row in difference.requirements if row.kind is kind]
        if rows:
            yield from ["", f"Requirements that got {kind} ({len(rows)})"]
        for row in rows:
            yield from _wrapped("  ", _requirement(row))
    for kind, title in TITLES.items():
        changes = difference.of(kind)
        if changes:
            yield from ["", f"{title} ({len(changes)})"]
        for change in changes:
            yield from _wrapped("  ", f"{change.id} ({', '.join(change.requirements)})")
            yield from _wrapped("      ", _states(change))


def _about(side: Side) -> str:
    name = f", {side.implementation}" if side.implementation else ""
    return f"{side.target}{name}, profile {side.profile}: {side.passes} of {side.cases} pass"


def _requirement(row: RequirementChange) -> str:
    return f"{row.id}: {row.passes_a} of {row.cases_a} pass → {row.passes_b} of {row.cases_b} pass"


def _states(change: Change) -> str:
    a, b = change.a, change.b
    is_one_level = a is None or b is None or a.level == b.level
    names = [_state(verdict, is_level_told=not is_one_level) for verdict in (a, b)]
    was = f"; was: {a.message}" if a and a.message else ""
    return " → ".join(names) + (f": {b.message}" if b and b.message else was)


def _state(verdict: Verdict | None, *, is_level_told: bool) -> str:
    if verdict is None:
        return MISSING
    return f"{verdict.state} ({verdict.level})" if is_level_told else verdict.state


def _wrapped(start: str, text: str) -> list[str]:
    """One entry in a few lines, without what would move the cursor of a terminal."""
    words = " ".join(text.split())
    return textwrap.wrap(
        "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words),
        LINE_LETTERS,
        initial_indent=start,
        subsequent_indent=" " * (len(start) + 2),
        break_on_hyphens=False,
        max_lines=ENTRY_LINES_MAX,
        placeholder=" …",
    )


def _json(difference: Difference) -> str:
    told = {"headline": difference.headline, "exit_code": difference.exit_code}
    told |= msgspec.to_builtins(difference)
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
