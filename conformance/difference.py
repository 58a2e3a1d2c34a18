"""What differs between two reports, case by case: of two versions, two levels or two implementations.

Only what a target does is compared. `xpass` counts as a pass here, since the target does what the guide
says and only its deviation file is wrong; what that is worth, each run has told by its own exit code.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, structs

from conformance.verdict import PASSES, CaseResult, Report, State


class Kind(StrEnum):
    """How a case differs. Each case that differs is of one kind."""

    WORSE = "worse"
    """It passed in A and does not in B: it may be missing there."""

    BETTER = "better"
    """It passes in B and did not in A."""

    OTHERWISE = "otherwise"
    """Another verdict, but a pass in both or in none."""

    ONLY_A = "only-a"
    """It is missing in B and did not pass in A."""

    ONLY_B = "only-b"
    """It is missing in A."""


WORDS = {
    Kind.WORSE: "worse",
    Kind.BETTER: "better",
    Kind.OTHERWISE: "otherwise",
    Kind.ONLY_A: "only in A",
    Kind.ONLY_B: "only in B",
}


class Verdict(Struct, frozen=True):
    """What came of a case in one of the reports. `message` says why it is not a pass."""

    state: State
    level: str
    message: str


class Change(Struct, frozen=True):
    """A case that differs; its verdict is None where it is missing."""

    id: str
    kind: Kind
    requirements: tuple[str, ...]
    a: Verdict | None
    b: Verdict | None


class RequirementChange(Struct, frozen=True):
    """A requirement of which a case got worse; or better, and none worse. With its passes and cases."""

    id: str
    kind: Kind
    passes_a: int
    cases_a: int
    passes_b: int
    cases_b: int


class Side(Struct, frozen=True):
    """What one of the reports is about."""

    target: str
    implementation: str
    profile: str
    passes: int
    cases: int


class Difference(Struct, frozen=True):
    """All that differs, by id. `cases_in_both` counts those that differ and those that do not."""

    a: Side
    b: Side
    cases_in_both: int
    requirements: tuple[RequirementChange, ...]
    changes: tuple[Change, ...]

    def of(self, kind: Kind) -> list[Change]:
        """The cases that differ in that way."""
        return [change for change in self.changes if change.kind is kind]

    @property
    def exit_code(self) -> int:
        """0 if nothing got worse, else 1."""
        return 1 if self.of(Kind.WORSE) else 0

    @property
    def headline(self) -> str:
        """The first line: whether something got worse, and how many cases differ in which way."""
        counts = [f"{len(self.of(kind))} {text}" for kind, text in WORDS.items() if self.of(kind)]
        if not counts:
            return f"no difference in any of {self.cases_in_both} cases"
        return f"{'got worse' if self.exit_code else 'nothing got worse'}: {', '.join(counts)}"


Pair = tuple[CaseResult | None, CaseResult | None]


def compare(a: Report, b: Report) -> Difference:
    """Set B against A; in neither is a case `repeated`."""
    pairs = list(_pairs(_by_id(a), _by_id(b)))
    changes = tuple(change for pair in pairs if (change := _change(*pair)) is not None)
    in_both = sum(None not in pair for pair in pairs)
    return Difference(_side(a), _side(b), in_both, tuple(_requirements(changes, a, b)), changes)


def in_common(a: Report, b: Report) -> tuple[Report, Report]:
    """Leave of each report the cases that both targets were asked and could be, as of two levels of one target."""
    asked = [
        {result.id for result in report.results if result.state is not State.UNSUPPORTED} for report in (a, b)
    ]
    both = asked[0] & asked[1]
    left = [
        structs.replace(report, results=tuple(result for result in report.results if result.id in both))
        for report in (a, b)
    ]
    return left[0], left[1]


def repeated(report: Report) -> list[str]:
    """The ids of cases that a report tells of more than once at one level."""
    counts = Counter((result.id, result.level) for result in report.results)
    return [id for (id, _), count in counts.items() if count > 1]


def is_passed(result: CaseResult) -> bool:
    """Whether the target has done what the guide says."""
    return result.state in (*PASSES, State.XPASS)


def _side(report: Report) -> Side:
    passes = sum(map(is_passed, report.results))
    return Side(report.target, report.implementation, report.profile, passes, len(report.results))


def _by_id(report: Report) -> dict[str, dict[str, CaseResult]]:
    found: defaultdict[str, dict[str, CaseResult]] = defaultdict(dict)
    for result in report.results:
        found[result.id][result.level] = result
    return found


def _pairs(a: Mapping[str, dict[str, CaseResult]], b: Mapping[str, dict[str, CaseResult]]) -> Iterable[Pair]:
    """A case that each report has at one level is the same one, as where S is compared with P."""
    for id in sorted({*a, *b}):
        levels_a, levels_b = a.get(id, {}), b.get(id, {})
        if len(levels_a) == len(levels_b) == 1:
            yield next(iter(levels_a.values())), next(iter(levels_b.values()))
        else:
            yield from (
                (levels_a.get(level), levels_b.get(level)) for level in sorted({*levels_a, *levels_b})
            )


def _change(a: CaseResult | None, b: CaseResult | None) -> Change | None:
    kind = _kind(a, b)
    told = b or a
    if kind is None or told is None:
        return None
    return Change(told.id, kind, told.requirements, _verdict(a), _verdict(b))


def _verdict(result: CaseResult | None) -> Verdict | None:
    return None if result is None else Verdict(result.state, result.level, result.message)


def _kind(a: CaseResult | None, b: CaseResult | None) -> Kind | None:
    if a is None:
        return Kind.ONLY_B
    if is_passed(a) and not (b and is_passed(b)):
        return Kind.WORSE
    if b is None:
        return Kind.ONLY_A
    if is_passed(b) and not is_passed(a):
        return Kind.BETTER
    return None if a.state is b.state else Kind.OTHERWISE


def _requirements(changes: Iterable[Change], a: Report, b: Report) -> Iterable[RequirementChange]:
    kinds: defaultdict[str, set[Kind]] = defaultdict(set)
    for change in changes:
        for id in change.requirements:
            kinds[id].add(change.kind)
    for id in sorted(kinds):
        kind = next((kind for kind in (Kind.WORSE, Kind.BETTER) if kind in kinds[id]), None)
        if kind is not None:
            yield RequirementChange(id, kind, *_counts(a, id), *_counts(b, id))


def _counts(report: Report, requirement: str) -> tuple[int, int]:
    results = [result for result in report.results if requirement in result.requirements]
    return sum(map(is_passed, results)), len(results)
