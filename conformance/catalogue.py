"""The catalogue: every requirement of the guide, how its gaps are read, where we deviate, which sentence says it.

It is data, four TOML files in this folder: `requirements.toml`, `ambiguities.toml`, `decisions.toml` and
`sentences.toml`. They are checked against each other when they are loaded, so that whoever holds a
`Catalogue` can follow any id in it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from string import ascii_lowercase
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

import msgspec

FOLDER = Path(__file__).parent

Level = Literal["V", "S", "P"]
Strength = Literal["D", "R", "I", "S", "X", "N"]
Text = Annotated[str, msgspec.Meta(min_length=1)]

LEVELS: Mapping[Level, str] = MappingProxyType(
    {"V": "by vectors", "S": "in the simulation", "P": "with real processes"}
)
STRENGTHS: Mapping[Strength, str] = MappingProxyType(
    {
        "D": "documented",
        "R": "recommended",
        "I": "inferred",
        "S": "said on another page of the maker's",
        "X": "our extension",
        "N": "informative",
    }
)
AREAS: Mapping[str, str] = MappingProxyType(
    {
        "TOP": "where the programs run",
        "CFG": "settings of the client",
        "PORT": "the port",
        "ENC": "encryption and keys",
        "BYTE": "byte-level replication",
        "ROOT": "the RootPath",
        "SVC": "service and application",
        "LCF": "configuration of the listener",
        "ERR": "messages",
        "RET": "retry",
        "GLO": "terms",
    }
)

_REQUIREMENT_ID = re.compile(rf"PS-({'|'.join(AREAS)})-(S[1-9]|[0-9][0-9])")
_MENTIONED_ID = re.compile(r"PS-[A-Z]+-\w+")


class CatalogueError(ValueError):
    """The files contradict each other or themselves; one line a complaint, with file and table."""


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One testable statement. It stands in a `line` of the guide, or (strength S) on another page: `source`."""

    id: str
    strength: Strength
    levels: tuple[Level, ...]  # empty for what cannot be tested
    checks: Text
    line: Annotated[int, msgspec.Meta(ge=1)] | None = None
    quote: Text | None = None
    source: Text | None = None
    resolution: str = ""
    ambiguities: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()

    @property
    def area(self) -> str:
        """A key of `AREAS`."""
        return self.id.split("-")[1]


class Ambiguity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the guide can be read in several ways. `others` are the readings not chosen, by name."""

    question: Text
    chosen: Text
    others: Annotated[dict[str, Text], msgspec.Meta(min_length=1)]


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where psync does on purpose what the guide does not say."""

    guide: Text
    ours: Text
    why: Text


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of the guide by its hash: the requirements that it is the source of, or why it has none."""

    line: Annotated[int, msgspec.Meta(ge=1)]
    part: Annotated[str, msgspec.Meta(pattern=r"\A[a-z]\d*\Z")]
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    requirements: tuple[str, ...] = ()
    informative: str = ""

    @property
    def place(self) -> str:
        """Line and part, such as `73b`."""
        return f"{self.line}{self.part}"


class Catalogue(msgspec.Struct, frozen=True):
    """All of it, in the order of the files."""

    requirements: dict[str, Requirement] = {}
    ambiguities: dict[str, Ambiguity] = {}
    deviations: dict[str, Deviation] = {}
    sentences: tuple[Sentence, ...] = ()

    def deviating(self, id: str) -> tuple[str, ...]:
        """The requirements that a deviation decides."""
        return tuple(one.id for one in self.requirements.values() if id in one.deviations)


T = TypeVar("T")


def part_of(index: int) -> str:
    """Name the sentences of a line: a, b, c ... z, a1, b1 ..."""
    return f"{ascii_lowercase[index % 26]}{index // 26 or ''}"


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read the four files. Raises `CatalogueError` with all complaints that can be told at once."""
    tables = _read(folder / "requirements.toml")
    with_ids = {id: _with_id(id, table) for id, table in tables.items()}
    catalogue = Catalogue(
        _converted("requirements.toml", with_ids, Requirement),
        _converted("ambiguities.toml", _read(folder / "ambiguities.toml"), Ambiguity),
        _converted("decisions.toml", _read(folder / "decisions.toml"), Deviation),
        _sentences(_read(folder / "sentences.toml")),
    )
    if complaints := [*_contradictions(catalogue)]:
        raise CatalogueError("\n".join(complaints))
    return catalogue


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file.name}: {error}") from None


def _with_id(id: str, table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise CatalogueError(f"requirements.toml, {id}: this is no table")
    if "id" in table:
        raise CatalogueError(f"requirements.toml, {id}: the id is the name of the table, and no field")
    return {"id": id, **table}


def _converted(name: str, tables: Mapping[str, Any], kind: type[T]) -> dict[str, T]:
    return {id: _one(f"{name}, {id}", table, kind) for id, table in tables.items()}


def _sentences(tables: dict[str, Any]) -> tuple[Sentence, ...]:
    rows = tables.pop("sentences", None)
    if not isinstance(rows, list) or tables:
        raise CatalogueError("sentences.toml: there must be one array, `sentences`, and nothing else")
    return tuple(_one(_row_name(number, row), row, Sentence) for number, row in enumerate(rows, start=1))


def _row_name(number: int, row: Any) -> str:
    place = f" ({row.get('line')}{row.get('part')})" if isinstance(row, dict) else ""
    return f"sentences.toml, row {number}{place}"


def _one(where: str, table: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {error}") from None


def _contradictions(catalogue: Catalogue) -> Iterator[str]:
    for requirement in catalogue.requirements.values():
        for complaint in _faults_of_requirement(requirement, catalogue):
            yield f"requirements.toml, {requirement.id}: {complaint}"
    used = _used(catalogue)
    yield from _faults_of_register("ambiguities.toml", catalogue.ambiguities, "AMB-nn", used)
    yield from _faults_of_register("decisions.toml", catalogue.deviations, "DEV-nnn", used)
    for sentence in catalogue.sentences:
        for complaint in _faults_of_sentence(sentence, catalogue):
            yield f"sentences.toml, {sentence.place}: {complaint}"
    yield from _faults_of_order(catalogue.sentences)
    yield from _unreached(catalogue)


def _faults_of_requirement(requirement: Requirement, catalogue: Catalogue) -> Iterator[str]:
    if _REQUIREMENT_ID.fullmatch(requirement.id) is None:
        yield "an id is PS-AREA-nn or, for strength S, PS-AREA-Sn"
    elif (requirement.id.split("-")[2][0] == "S") != (requirement.strength == "S"):
        yield f"strength {requirement.strength} does not go with this id"
    if requirement.strength == "S":
        yield from _misplaced(requirement, needed=("source",), forbidden=("line", "quote"))
    else:
        yield from _misplaced(requirement, needed=("line", "quote"), forbidden=("source",))
    if list(requirement.levels) != [level for level in LEVELS if level in requirement.levels]:
        yield f"levels stand once each, in the order {', '.join(LEVELS)}"
    if not requirement.levels and requirement.strength != "N":
        yield f"strength {requirement.strength} needs a level"
    for name, known in (("ambiguities", catalogue.ambiguities), ("deviations", catalogue.deviations)):
        yield from (f"there is no {id} ({name})" for id in getattr(requirement, name) if id not in known)


def _misplaced(
    requirement: Requirement, needed: tuple[str, ...], forbidden: tuple[str, ...]
) -> Iterator[str]:
    for name in needed:
        if getattr(requirement, name) is None:
            yield f"strength {requirement.strength} needs a {name}"
    for name in forbidden:
        if getattr(requirement, name) is not None:
            yield f"strength {requirement.strength} has no {name}"


def _used(catalogue: Catalogue) -> set[str]:
    requirements = catalogue.requirements.values()
    return {id for requirement in requirements for id in requirement.ambiguities + requirement.deviations}


def _faults_of_register(name: str, register: Mapping[str, Any], form: str, used: set[str]) -> Iterator[str]:
    for id in register:
        if re.fullmatch(form.replace("n", "[0-9]"), id) is None:
            yield f"{name}, {id}: an id is {form}"
        elif id not in used:
            yield f"{name}, {id}: no requirement names it"


def _faults_of_sentence(sentence: Sentence, catalogue: Catalogue) -> Iterator[str]:
    if bool(sentence.requirements) == bool(sentence.informative):
        yield "it has either requirements or is informative"
    for id in (*sentence.requirements, *_MENTIONED_ID.findall(sentence.informative)):
        if id not in catalogue.requirements:
            yield f"there is no {id}"
        elif catalogue.requirements[id].line is None:
            yield f"{id} is not of the guide"


def _faults_of_order(sentences: tuple[Sentence, ...]) -> Iterator[str]:
    before = 0
    for line, rows in groupby(sentences, key=lambda sentence: sentence.line):
        parts = [row.part for row in rows]
        if line <= before:
            yield f"sentences.toml, {line}: this line stands after {before}"
        elif parts != (expected := [part_of(index) for index in range(len(parts))]):
            yield f"sentences.toml, {line}: its parts are {', '.join(parts)} and not {', '.join(expected)}"
        before = line


def _unreached(catalogue: Catalogue) -> Iterator[str]:
    reached = {(sentence.line, id) for sentence in catalogue.sentences for id in sentence.requirements}
    for requirement in catalogue.requirements.values():
        if requirement.line is not None and (requirement.line, requirement.id) not in reached:
            yield f"requirements.toml, {requirement.id}: no sentence of line {requirement.line} names it"
