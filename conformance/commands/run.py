"""`run`: put a target to the test, tell what comes of it, and write the reports."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from msgspec import Struct

from conformance.blackbox.key import Key, KeyInvalid, read_key
from conformance.blackbox.target import AddressInvalid, BlackBox, black_box_cases, is_black_box
from conformance.catalogue import CatalogueError, load_catalogue
from conformance.deviation import (
    Deviation,
    DeviationsInvalid,
    Place,
    apply_deviations,
    faults_of,
    load_deviations,
    overlap,
)
from conformance.every_case import all_cases
from conformance.program_run import ProgramRun, at_level
from conformance.readings import without_mixtures
from conformance.reports.badge import as_badge
from conformance.reports.junit import as_junit
from conformance.reports.page import as_page
from conformance.scenario import Scenario
from conformance.scenarios import SCENARIOS
from conformance.selection import WHOLE, Case, Shard, select
from conformance.target import TargetBroken
from conformance.targets import BUILT_IN, TargetUnknown, open_target
from conformance.vector import VECTORS, Vector, VectorsInvalid, load_alternatives, load_vectors
from conformance.verdict import (
    EXIT_HARNESS,
    EXIT_INCONCLUSIVE,
    PASSES,
    CaseResult,
    Decision,
    Report,
    State,
    Unjudged,
    without_recommendations,
)

FOLDER = Path(__file__).parents[1]

C = TypeVar("C", bound=Case)

# What psync itself is known not to do yet.
OWN_DEVIATIONS = FOLDER / "deviations.toml"


class RunOptions(Struct, frozen=True):
    """What was typed."""

    target: str
    profile: str = "full"
    patterns: tuple[str, ...] = ()
    shard: Shard = WHOLE
    deviations: Path | None = None
    is_strict: bool = False
    user: str | None = None
    password_file: Path | None = None
    jobs: int | None = None


def run_target(options: RunOptions, files: Mapping[str, Path | None]) -> int:
    """Carry it out, tell it, and write the reports; give the exit code.

    From the first moment no report of an earlier run stands there, however this one ends.
    """
    _write_all(files, _unjudged(options, "the run has not come to its end"))
    try:
        report = carry_out(options)
    except (TargetUnknown, DeviationsInvalid, AddressInvalid) as error:
        raise click.UsageError(str(error)) from None
    except (CatalogueError, VectorsInvalid) as error:
        _write_all(files, _unjudged(options, str(error)))
        raise
    _write_all(files, report)  # first, since who reads the lines may stop reading
    if report.unjudged is not None:
        print(f"Error: {report.unjudged.text}.", file=sys.stderr)
    if report.unjudged is None or report.results:
        print("\n".join(lines_of(report)))
    return report.exit_code


def carry_out(options: RunOptions) -> Report:
    """Give the report, which is unjudged where the target broke or nothing was selected."""
    begun = time.monotonic()
    rows = _deviations(options)
    outcome = _outcome(options)
    judged = apply_deviations(outcome.results, rows)
    if not options.is_strict:
        judged = without_recommendations(judged)
    return Report(
        options.target,
        outcome.implementation,
        options.profile,
        tuple(judged),
        tuple(faults_of(rows, _places(), datetime.now(UTC).date())),
        time.monotonic() - begun,
        _decisions(),
        outcome.unjudged,
        _unasked(outcome.results),
    )


def _unjudged(options: RunOptions, why: str) -> Report:
    return Report(options.target, "", options.profile, (), unjudged=Unjudged(EXIT_HARNESS, why))


def _decisions() -> tuple[Decision, ...]:
    """What is asked for on purpose otherwise than the guide says."""
    catalogue = load_catalogue(FOLDER)
    return tuple(
        Decision(id, found.guide, found.ours, found.why, catalogue.deviating(id))
        for id, found in catalogue.deviations.items()
    )


def _unasked(results: Iterable[CaseResult]) -> tuple[str, ...]:
    """The requirements that could have been asked about and were not."""
    asked = {id for result in results for id in result.requirements}
    requirements = load_catalogue(FOLDER).requirements.values()
    return tuple(one.id for one in requirements if one.levels and one.id not in asked)


class _Outcome(Struct, frozen=True):
    """What a target calls itself, and what came of the cases."""

    implementation: str
    results: list[CaseResult]
    unjudged: Unjudged | None = None


NOTHING_SELECTED = "nothing is selected by that profile, these patterns and that share"


def _outcome(options: RunOptions) -> _Outcome:
    """Ask the target, as far as it can be asked."""
    progress = _Progress()
    try:
        results = (_listener if is_black_box(options.target) else _program)(options, progress)
    except TargetBroken as broken:
        return _Outcome(
            progress.implementation, progress.results, Unjudged(EXIT_HARNESS, str(broken).rstrip("."))
        )
    unjudged = None if results else Unjudged(EXIT_INCONCLUSIVE, NOTHING_SELECTED)
    return _Outcome(progress.implementation, results, unjudged)


def _program(options: RunOptions, progress: "_Progress") -> list[CaseResult]:
    """Ask a program."""
    if options.user is not None or options.password_file is not None:
        raise click.UsageError("--user and --password-file are for a target tcp:HOST:PORT.")
    vectors = load_vectors(VECTORS)
    questions = _selected(vectors.values(), options)
    scenarios = _selected(SCENARIOS.values(), options)
    if not questions and not scenarios:
        return []
    with ProgramRun(lambda: open_target(options.target), vectors, load_alternatives(VECTORS)) as run:
        cases: list[Vector | Scenario] = [*questions, *at_level(scenarios, run.level)]
        progress.begin(run.greeting.shown, len(cases))
        results = run.run(cases, progress.tell, options.jobs or _jobs(options.target))
    return without_mixtures(results, run.fits)


def _jobs(target: str) -> int:
    """How many adapters are asked at a time: of others nobody knows whether they can be two."""
    return (os.cpu_count() or 1) if target in BUILT_IN else 1


def _listener(options: RunOptions, progress: "_Progress") -> list[CaseResult]:
    """Ask a listener that runs somewhere."""
    listener = BlackBox(options.target, _key(options), options.password_file)
    cases = _selected(black_box_cases(load_vectors(VECTORS).values()), options)
    if not cases:
        return []
    progress.begin(listener.greet(), len(cases))
    for result in listener.run(cases):
        progress.tell(result)
    return progress.results


def _key(options: RunOptions) -> Key:
    try:
        return read_key(options.user, options.password_file)
    except KeyInvalid as invalid:
        raise click.UsageError(f"There is no such key: {invalid}.") from None


def _selected(cases: Iterable[C], options: RunOptions) -> list[C]:
    return select(cases, options.profile, options.patterns, options.shard)


def _deviations(options: RunOptions) -> list[Deviation]:
    """The rows that a run is held against."""
    file = options.deviations or (OWN_DEVIATIONS if options.target in BUILT_IN else None)
    if file is None:
        return []
    rows = load_deviations(file)
    if complaint := overlap(rows, _places()):
        raise DeviationsInvalid(f"'{file}' has {complaint}.")
    return rows


def _places() -> list[Place]:
    """All cases, whatever the target, at each of their levels."""
    return [
        Place(case.id, case.requirements, level) for case in all_cases().values() for level in case.levels
    ]


def lines_of(report: Report) -> Iterator[str]:
    """Say it in lines: what it amounts to first, then all that is not a pass."""
    yield report.headline
    yield from (f"  {complaint}" for complaint in report.complaints)
    if report.decisions:
        places = "; ".join(f"{one.id} in {', '.join(one.requirements)}" for one in report.decisions)
        yield f"  not as the guide has it, on purpose: {places}"
    for result in report.results:
        if result.state not in PASSES:
            yield f"  {result.state:<12} {result.id} ({', '.join(result.requirements)}): {result.message}"
        if result.state in (State.FAIL, State.ERROR, State.XPASS):
            yield f"               {result.reproduce}"


class _Progress:
    """Shows how far a run is, on a terminal, and keeps what it has found if it comes no further."""

    def __init__(self) -> None:
        self.implementation = ""
        self.results: list[CaseResult] = []
        self._total = 0
        self._is_shown = sys.stderr.isatty()

    def begin(self, implementation: str, total: int) -> None:
        """The target has said what it is."""
        self.implementation, self._total = implementation, total

    def tell(self, result: CaseResult) -> None:
        """One more case is judged."""
        self.results.append(result)
        if self._is_shown:
            count = len(self.results)
            end = "" if count < self._total else "\n"
            print(f"\r{count} of {self._total}", end=end, file=sys.stderr, flush=True)


def as_json(report: Report) -> str:
    """The report for programs, with what follows from its results."""
    summary = {"headline": report.headline, "exit_code": report.exit_code, "counts": report.counts}
    return (
        msgspec.json.format(msgspec.json.encode({**summary, **msgspec.to_builtins(report)})).decode() + "\n"
    )


def page_of(report: Report) -> str:
    """The report as a page, with the quotes and resolutions of the catalogue, if it can be read."""
    try:
        requirements = load_catalogue(FOLDER).requirements
    except CatalogueError:
        requirements = {}
    return as_page(report, requirements)


REPORTS: dict[str, Callable[[Report], str]] = {
    "json_file": as_json,
    "junit": as_junit,
    "html": page_of,
    "badge": as_badge,
}


def _write_all(files: Mapping[str, Path | None], report: Report) -> None:
    for name, file in files.items():
        if file is not None:
            _write(file, REPORTS[name](report))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"'{file}' cannot be written: {error.strerror}.") from None
