"""One requirement, case, ambiguity or deviation, and what is said about it."""

import textwrap
from collections.abc import Iterator

from conformance.arguments import one_of
from conformance.catalogue import (
    AREAS,
    LEVELS,
    STRENGTHS,
    Ambiguity,
    Catalogue,
    Deviation,
    Requirement,
    load_catalogue,
)
from conformance.commands.coverage import evidence
from conformance.coverage import NO_EVIDENCE, Evidence
from conformance.every_case import Told, all_cases
from conformance.selection import profiles_of

# Wide enough for a sentence, narrow enough to be read.
LINE_LETTERS = 100


def run_explain(id: str) -> int:
    """Print it. Raises `click.UsageError` for an id that is none."""
    catalogue, cases = load_catalogue(), all_cases()
    if case := cases.get(id.lower()):
        print("\n".join(explanation_of_case(catalogue, case)))
        return 0
    known: dict[str, Requirement | Ambiguity | Deviation] = {
        **catalogue.requirements,
        **catalogue.ambiguities,
        **catalogue.deviations,
    }
    print("\n".join(explanation(catalogue, id.upper(), one_of(id, known, "id", cases), evidence())))
    return 0


def explanation(
    catalogue: Catalogue,
    id: str,
    found: Requirement | Ambiguity | Deviation,
    evidence: Evidence = NO_EVIDENCE,
) -> list[str]:
    """Tell one entry of a catalogue in lines; `evidence` is what shows requirements."""
    if isinstance(found, Requirement):
        return [*_of_requirement(catalogue, found, evidence)]
    used = [
        requirement.id for requirement in catalogue.requirements.values() if id in _registers(requirement)
    ]
    lines = _of_ambiguity(id, found) if isinstance(found, Ambiguity) else _of_deviation(id, found)
    return [*lines, *_field("named by", ", ".join(used))]


def explanation_of_case(catalogue: Catalogue, case: Told) -> Iterator[str]:
    """Tell one case in lines: what it asks, of which requirements, where that comes from, how to ask it."""
    yield f"{case.id}  ({case.kind})"
    yield from _field("asks", case.about)
    for id in case.requirements:
        yield from _field("shows", f"{id}: {catalogue.requirements[id].checks}")
    yield from _field(
        "levels", ", ".join(f"{level} {text}" for level, text in LEVELS.items() if level in case.levels)
    )
    for name, text in case.fields.items():
        yield from _field(name, text)
    yield from _field("to ask", f"python -m conformance run --target {case.target} --select {case.id}")
    if case.ambiguity is not None:
        yield from ["", *_of_ambiguity(case.ambiguity, catalogue.ambiguities[case.ambiguity])]


def _registers(requirement: Requirement) -> tuple[str, ...]:
    return requirement.ambiguities + requirement.deviations


def _of_requirement(catalogue: Catalogue, requirement: Requirement, evidence: Evidence) -> Iterator[str]:
    strength = f"{requirement.strength}, {STRENGTHS[requirement.strength]}"
    yield f"{requirement.id}  ({AREAS[requirement.area]})"
    if requirement.quote is not None:
        yield from _field("quote", f"“{requirement.quote}”, line {requirement.line} of the guide")
    if requirement.source is not None:
        yield from _field("source", requirement.source)
    yield from _field("strength", strength)
    levels = ", ".join(f"{level} {LEVELS[level]}" for level in requirement.levels)
    yield from _field("levels", levels or "none: it cannot be tested")
    yield from _field("profiles", ", ".join(profiles_of(requirement.id)))
    yield from _field("checks", requirement.checks)
    yield from _field("resolution", requirement.resolution or "nothing is open")
    yield from _cases(requirement.id, evidence)
    for id in requirement.ambiguities:
        yield from ["", *_of_ambiguity(id, catalogue.ambiguities[id])]
    for id in requirement.deviations:
        yield from ["", *_of_deviation(id, catalogue.deviations[id])]


def _cases(requirement: str, evidence: Evidence) -> Iterator[str]:
    """What shows a requirement, level by level, and how to ask it."""
    found = evidence.get(requirement, {})
    for level in LEVELS:
        if level in found:
            yield from _field(f"at level {level}", ", ".join(found[level]))
    if found:
        target = "builtin:process" if set(found) == {"P"} else "builtin:sim"
        yield from _field("to ask", f"python -m conformance run --target {target} --select {requirement}")


def _of_ambiguity(id: str, ambiguity: Ambiguity) -> Iterator[str]:
    yield from _wrapped(f"{id}  ", ambiguity.question)
    yield from _field("chosen", ambiguity.chosen)
    for name, reading in ambiguity.others.items():
        yield from _field("not chosen", f"{name}: {reading}")


def _of_deviation(id: str, deviation: Deviation) -> Iterator[str]:
    yield f"{id}  A deliberate deviation"
    yield from _field("guide", deviation.guide)
    yield from _field("ours", deviation.ours)
    yield from _field("why", deviation.why)


def _field(name: str, text: str) -> list[str]:
    return _wrapped(f"  {name:<12}", text)


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        LINE_LETTERS,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )
