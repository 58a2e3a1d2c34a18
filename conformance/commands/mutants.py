"""`mutants`: psync with known bugs, one by one, and which case finds each."""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TypeVar

import click
import msgspec
from msgspec import Struct

from conformance.arguments import close_to
from conformance.commands.run import OWN_DEVIATIONS
from conformance.deviation import load_deviations
from conformance.mutant import Mutant, MutantsInvalid, load_mutants, load_without_mutant
from conformance.mutant_run import Cases, Kill, Verdict, complaints_without_bug, put_to_the_test
from conformance.scenarios import SCENARIOS
from conformance.target import TargetBroken
from conformance.vector import VECTORS, load_alternatives, load_vectors
from conformance.verdict import EXIT_CONFORMANT, EXIT_HARNESS, EXIT_NOT_CONFORMANT

T = TypeVar("T")

# How much of a message stands in the table.
MESSAGE_LENGTH_MAX = 100


class Row(Struct, frozen=True):
    """One mutant as `--json` tells it. `state`: killed, survives, pending, unasked (at this level) or broken."""

    name: str
    what: str
    state: str
    kills: tuple[Kill, ...] = ()
    survived: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    pending: str = ""
    clears: str = ""
    trouble: str = ""
    only_simulated: str = ""


class Report(Struct, frozen=True):
    """What came of all. `without_bug`: cases that fail where nothing is planted."""

    mutants: tuple[Row, ...]
    without_bug: tuple[str, ...]
    requirements_without_mutant: dict[str, str]

    @property
    def exit_code(self) -> int:
        """0 if all that are built are killed."""
        states = {row.state for row in self.mutants}
        if "broken" in states:
            return EXIT_HARNESS
        return EXIT_NOT_CONFORMANT if self.without_bug or "survives" in states else EXIT_CONFORMANT


def run_mutants(names: tuple[str, ...], level: str, jobs: int, *, is_json: bool) -> int:
    """Put all mutants to the test, or those that are named; give the exit code."""
    try:
        known = load_mutants()
        chosen = [_named(name, known) for name in dict.fromkeys(names or known)]
        report = report_on(chosen, level, jobs)
    except (MutantsInvalid, TargetBroken) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return EXIT_HARNESS
    if is_json:
        print(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
    else:
        print("\n".join(lines_of(report, is_whole=not names)))
    return report.exit_code


def _named(name: str, known: dict[str, Mutant]) -> Mutant:
    if name not in known:
        guess = close_to(name, known) or _names_near(name, known)
        raise click.UsageError(f"There is no mutant {name!r}. {guess}")
    return known[name]


def _names_near(name: str, known: Iterable[str]) -> str:
    """Those of the area that was named; where that is none, the areas."""
    area = name.partition(".")[0]
    of_area = [one for one in known if one.partition(".")[0] == area]
    areas = dict.fromkeys(one.partition(".")[0] for one in known)
    return (
        f"There are: {', '.join(of_area)}." if of_area else f"A name begins with one of: {', '.join(areas)}."
    )


def report_on(mutants: list[Mutant], level: str, jobs: int) -> Report:
    """Ask each in a program of its own, so many at a time; then ask psync without a bug what has killed them."""
    cases = _cases(level)
    verdicts = _side_by_side([partial(put_to_the_test, mutant, cases) for mutant in mutants], jobs)
    killers = sorted({kill.case for verdict in verdicts for kill in verdict.kills})
    shares = [share for start in range(jobs) if (share := killers[start::jobs])]
    healthy = _side_by_side([partial(complaints_without_bug, share, cases) for share in shares], jobs)
    return Report(
        tuple(map(_row, verdicts)),
        tuple(complaint for complaints in healthy for complaint in complaints),
        load_without_mutant(),
    )


def _cases(level: str) -> Cases:
    rows = load_deviations(OWN_DEVIATIONS)
    excused = frozenset(row.id for row in rows if row.level in ("", "V", level))
    return Cases(load_vectors(VECTORS), load_alternatives(VECTORS), SCENARIOS, excused, level)


def _side_by_side(calls: list[Callable[[], T]], jobs: int) -> list[T]:
    """Make calls that wait for programs, so many at a time; give the results in the order of the calls."""
    pool = ThreadPoolExecutor(jobs)
    try:
        futures = [pool.submit(call) for call in calls]
        for count, _ in enumerate(as_completed(futures), 1):
            _show_progress(count, len(futures))
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)


def _show_progress(count: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{count} of {total}", end="" if count < total else "\n", file=sys.stderr, flush=True)


def _row(verdict: Verdict) -> Row:
    mutant = verdict.mutant
    return Row(
        mutant.name,
        mutant.what,
        _state(verdict),
        verdict.kills,
        verdict.survived,
        verdict.others,
        mutant.pending,
        mutant.clears,
        verdict.trouble,
        mutant.only_simulated,
    )


def _state(verdict: Verdict) -> str:
    if verdict.trouble:
        return "broken"
    if not verdict.is_asked:
        return "pending" if verdict.mutant.pending else "unasked"
    return "killed" if verdict.is_killed else "survives"


def lines_of(report: Report, *, is_whole: bool = True) -> Iterator[str]:
    """Say it in lines: what it amounts to first, then the table, then what is missing."""
    yield _headline(report.mutants)
    width = max(len(row.name) for row in report.mutants)
    for row in report.mutants:
        for words in _words_of(row):
            yield f"  {row.state:<8}  {row.name:<{width}}  {words}"
    yield from (f"  fails without any bug: {complaint}" for complaint in report.without_bug)
    if is_whole:
        yield "Documented or inferred requirements that kill none yet:"
        yield from (f"  {id:<11}  {reason}" for id, reason in report.requirements_without_mutant.items())


def _headline(rows: Iterable[Row]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    return "mutants: " + ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


def _words_of(row: Row) -> Iterator[str]:
    """What is said of a mutant, a line each: requirement, case and message where it was killed."""
    for kill in row.kills:
        yield f"{kill.requirement:<11}  {kill.case}: {_cut(kill.message)}"
    yield from (f"{requirement:<11}  not killed: {row.what}" for requirement in row.survived)
    yield from (f"{'':<11}  fails for another reason: {_cut(other)}" for other in row.others)
    if row.pending:
        yield f"{row.pending}; will be cleared by {row.clears}"
    if row.state == "unasked":
        yield row.only_simulated
    if row.trouble:
        yield row.trouble


def _cut(message: str) -> str:
    return message if len(message) <= MESSAGE_LENGTH_MAX else f"{message[:MESSAGE_LENGTH_MAX]}..."
