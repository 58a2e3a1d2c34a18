"""What covers each requirement at each of its levels, and what is missing.

Evidence is what claims to show a requirement: the ids of vectors and scenarios.
Whether they pass is not asked here.
"""

from collections.abc import Mapping, Sequence

import msgspec

from conformance.catalogue import LEVELS, STRENGTHS, Catalogue, Level, Requirement, Sentence, Strength

# Requirement id → level → ids of vectors or scenarios.
Evidence = Mapping[str, Mapping[str, Sequence[str]]]

NO_EVIDENCE: Evidence = {}

# What the guide says, or what follows from it: a case at each level is owed to it.
SAID: tuple[Strength, ...] = ("D", "I")


class Row(msgspec.Struct, frozen=True):
    """One requirement. `covered` has every level with evidence, even one that the catalogue does not ask for."""

    id: str
    strength: Strength
    levels: tuple[Level, ...]
    covered: dict[Level, tuple[str, ...]]
    missing: tuple[Level, ...]


class Count(msgspec.Struct, frozen=True):
    """How many requirements: all, and those covered at every level, at some, at none; or without a level."""

    total: int
    whole: int
    partly: int
    nothing: int
    untestable: int


class LevelCount(msgspec.Struct, frozen=True):
    """How many requirements ask for a level, and how many of them have nothing there."""

    total: int
    nothing: int


class SentenceCount(msgspec.Struct, frozen=True):
    """How many sentences: all, those with requirements that can be tested, without such, without any.

    `shown` are those of the first kind whose requirements have evidence at every level that they ask for.
    """

    total: int
    testable: int
    shown: int
    untestable: int
    informative: int


class Coverage(msgspec.Struct, frozen=True):
    """All of it, in the order of the catalogue."""

    rows: dict[str, Row]
    strengths: dict[Strength, Count]
    levels: dict[Level, LevelCount]
    sentences: SentenceCount

    @property
    def is_whole(self) -> bool:
        """Nothing is missing anywhere."""
        return not any(row.missing for row in self.rows.values())

    @property
    def unshown(self) -> list[Row]:
        """What the guide says, and what has no case at one of its levels."""
        return [row for row in self.rows.values() if row.missing and row.strength in SAID]


def coverage(catalogue: Catalogue, evidence: Evidence) -> Coverage:
    """Set evidence against the catalogue. Raises `ValueError` where it names a requirement or level unknown."""
    _check_names(catalogue, evidence)
    rows = {id: _row(requirement, evidence.get(id, {})) for id, requirement in catalogue.requirements.items()}
    return Coverage(
        rows,
        {strength: _count(strength, rows) for strength in STRENGTHS},
        {level: _level_count(level, rows) for level in LEVELS},
        _sentence_count(catalogue.sentences, rows),
    )


def coverage_lines(found: Coverage) -> list[str]:
    """What an operator reads: the sentences, the levels, the strengths, then all that is missing."""
    sentences = found.sentences
    lines = [
        f"{sentences.total} sentences of the guide: {sentences.testable} testable, {sentences.shown} of them "
        f"with a case at every level; {sentences.untestable} untestable, {sentences.informative} informative.",
        "",
    ]
    for level, of_level in found.levels.items():
        lines.append(f"{level}  {of_level.nothing:>3} of {of_level.total:>3} have nothing {LEVELS[level]}")
    lines.append("")
    for strength, count in found.strengths.items():
        untestable = f", {count.untestable} untestable" if count.untestable else ""
        numbers = f"{count.whole} whole, {count.partly} partly, {count.nothing} nothing{untestable}"
        lines.append(f"{strength}  {count.total:>3}: {numbers}  ({STRENGTHS[strength]})")
    rest = [row for row in found.rows.values() if row.missing and row not in found.unshown]
    for title, rows in (("what the guide says", found.unshown), ("the rest", rest)):
        if rows:
            missing = (f"{row.id:<12} {', '.join(row.missing)}" for row in rows)
            lines += ["", f"Missing of {title}:", *missing]
    return lines


def _check_names(catalogue: Catalogue, evidence: Evidence) -> None:
    for id, levels in evidence.items():
        if id not in catalogue.requirements:
            raise ValueError(f"evidence for {id}, which is no requirement")
        for level in levels:
            if level not in LEVELS:
                raise ValueError(f"evidence for {id} at {level!r}, which is no level")


def _row(requirement: Requirement, evidence: Mapping[str, Sequence[str]]) -> Row:
    covered: dict[Level, tuple[str, ...]] = {
        level: tuple(evidence[level]) for level in LEVELS if evidence.get(level)
    }
    missing = tuple(level for level in requirement.levels if level not in covered)
    return Row(requirement.id, requirement.strength, requirement.levels, covered, missing)


def _count(strength: Strength, rows: Mapping[str, Row]) -> Count:
    of_strength = [row for row in rows.values() if row.strength == strength]
    testable = [row for row in of_strength if row.levels]
    whole = sum(not row.missing for row in testable)
    nothing = sum(row.missing == row.levels for row in testable)
    return Count(
        total=len(of_strength),
        whole=whole,
        partly=len(testable) - whole - nothing,
        nothing=nothing,
        untestable=len(of_strength) - len(testable),
    )


def _level_count(level: Level, rows: Mapping[str, Row]) -> LevelCount:
    asked = [row for row in rows.values() if level in row.levels]
    return LevelCount(len(asked), sum(level in row.missing for row in asked))


def _sentence_count(sentences: Sequence[Sentence], rows: Mapping[str, Row]) -> SentenceCount:
    required = [sentence.requirements for sentence in sentences if sentence.requirements]
    testable = [ids for ids in required if any(rows[id].levels for id in ids)]
    shown = sum(not any(rows[id].missing for id in ids) for ids in testable)
    return SentenceCount(
        total=len(sentences),
        testable=len(testable),
        shown=shown,
        untestable=len(required) - len(testable),
        informative=len(sentences) - len(required),
    )
