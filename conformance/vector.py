"""Vectors: what is asked of every implementation, and what it has to answer, as data.

`vectors/*.json` hold what is expected, one area or a part of one in each file;
`vectors/alternatives/AMB-nn/<reading>/*.json` hold, under the same ids, what is
expected by those who read an ambiguous place of the guide otherwise. Their form
is `vectors/schema.json`, and `vectors/files.txt` lists them, one a line, so that none can be
gone, and with it all that it asks, without being missed. What only a reader of all files can tell is checked
here: no id twice, no reference into nothing, no alternative that asks something else.

`Vector.params` and `Expectation.ok` stay as they are in JSON: they are handed to an
implementation and compared with its answer, and the schema knows their members.
"""

import json
import unicodedata
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

VECTORS = Path(__file__).with_name("vectors")
SCHEMA_NAME = "schema.json"
ALTERNATIVES_NAME = "alternatives"
LIST_NAME = "files.txt"

# Letters of these scripts look like Latin ones, as the dotless i does like another.
_LOOKALIKE_SCRIPTS = ("CYRILLIC", "GREEK")
_DOTLESS_I = "\u0131"

Item = TypeVar("Item")


class VectorsInvalid(Exception):
    """The vectors are no vectors: names the file, and the id where it has one."""


class Expectation(Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer has to be; exactly one member is set.

    `ok`: a result with these members, `rejected`: a refusal with this code, or one of these; `same_as`
    and `differs_from`: equal to the answer to that vector, or to none of those.
    """

    ok: dict[str, Any] | UnsetType = UNSET
    rejected: str | tuple[str, ...] | UnsetType = UNSET
    same_as: str | UnsetType = UNSET
    differs_from: tuple[str, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        members = (self.ok, self.rejected, self.same_as, self.differs_from)
        if sum(member is not UNSET for member in members) != 1:
            raise ValueError("expect needs one of ok, rejected, same_as, differs_from")

    @property
    def references(self) -> tuple[str, ...]:
        """Ids of the vectors whose answers are needed to judge this one's."""
        if self.same_as is not UNSET:
            return (self.same_as,)
        return () if self.differs_from is UNSET else self.differs_from


class Vector(Struct, frozen=True, forbid_unknown_fields=True):
    """One question and what has to be answered. `ambiguity` names the reading that decides it."""

    id: str
    requirements: tuple[str, ...]
    strength: Literal["must", "should", "may"]
    about: str
    provenance: str
    op: str
    params: dict[str, Any]
    expect: Expectation
    ambiguity: str | None = None

    @property
    def is_about_posix(self) -> bool:
        """Whether it asks for what only an implementation does that runs on a POSIX system."""
        return self.op in ("map", "validate_config") and self.params.get("host") == "posix"

    def strength_for(self, styles: Collection[str]) -> str:
        """How far it binds an implementation that runs on systems of these styles.

        The guide knows Windows alone. Who says that he serves another system has to serve it as safely.
        """
        return "must" if self.is_about_posix and "posix" in styles else self.strength


class VectorFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One file: vectors of one area, by id."""

    schema: str = msgspec.field(name="$schema")
    area: str
    about: str
    vectors: tuple[Vector, ...]


class Reading(NamedTuple):
    """Another reading of an ambiguous place: `AMB-04`, `B`."""

    ambiguity: str
    name: str


class _Header(Struct, frozen=True, forbid_unknown_fields=True):
    """A file whose vectors are not read yet, so that a fault in one can be told by its id."""

    schema: str = msgspec.field(name="$schema")
    area: str
    about: str
    vectors: list[dict[str, Any]]


def load_vectors(folder: Path) -> dict[str, Vector]:
    """Read all vectors of a folder, by id. Raises `VectorsInvalid`, for a file that is missing, too."""
    _check_files(folder)
    found = _by_id(path for path in sorted(folder.glob("*.json")) if path.name != SCHEMA_NAME)
    for path, vector in found.values():
        for reference in vector.expect.references:
            if reference == vector.id or reference not in found:
                raise VectorsInvalid(
                    f"{path}: {vector.id}: refers to {reference!r}, which is no other vector"
                )
    return {id: vector for id, (_, vector) in found.items()}


def load_alternatives(folder: Path) -> dict[Reading, dict[str, Vector]]:
    """Read what other readings expect of the vectors of a folder. Raises `VectorsInvalid`."""
    vectors = load_vectors(folder)
    readings: dict[Reading, dict[str, Vector]] = {}
    for reading_folder in sorted((folder / ALTERNATIVES_NAME).glob("*/*/")):
        reading = Reading(reading_folder.parent.name, reading_folder.name)
        found = _by_id(sorted(reading_folder.glob("*.json")))
        for path, vector in found.values():
            if complaint := _alternative_fault(reading, vector, vectors.get(vector.id)):
                raise VectorsInvalid(f"{path}: {vector.id}: {complaint}")
        readings[reading] = {id: vector for id, (_, vector) in found.items()}
    return readings


def read_vector_file(path: Path) -> VectorFile:
    """Read one file. Raises `VectorsInvalid`."""
    header = _told(str(path), lambda: msgspec.json.decode(path.read_bytes(), type=_Header))
    vectors = tuple(_read_vector(path, place, raw) for place, raw in enumerate(header.vectors, start=1))
    if not vectors:
        raise VectorsInvalid(f"{path}: holds no vector")
    return VectorFile(header.schema, header.area, header.about, vectors)


def canonical_json(document: object) -> str:
    """Write a file of vectors in its one form; what nobody can tell by its looks stands as an escape."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return "".join(json.dumps(sign)[1:-1] if _is_unclear(sign) else sign for sign in text)


def _check_files(folder: Path) -> None:
    """See that those files are there that are listed, those of other readings among them, and no others."""
    listed = set(_told(str(folder / LIST_NAME), lambda: (folder / LIST_NAME).read_text("utf-8")).split())
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")} - {SCHEMA_NAME}
    for name in sorted(listed ^ there):
        complaint = "is missing, and listed" if name in listed else "is there, and not listed"
        raise VectorsInvalid(f"{folder / name}: {complaint} in {LIST_NAME}")


def _read_vector(path: Path, place: int, raw: dict[str, Any]) -> Vector:
    name = raw.get("id", f"vector {place}, which has no id")
    return _told(f"{path}: {name}", lambda: msgspec.convert(raw, Vector))


def _told(where: str, read: Callable[[], Item]) -> Item:
    try:
        return read()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise VectorsInvalid(f"{where}: {fault}") from fault


def _by_id(paths: Iterator[Path] | list[Path]) -> dict[str, tuple[Path, Vector]]:
    found: dict[str, tuple[Path, Vector]] = {}
    for path in paths:
        for vector in read_vector_file(path).vectors:
            if vector.id in found:
                raise VectorsInvalid(f"{path}: {vector.id}: stands in {found[vector.id][0]} too")
            found[vector.id] = (path, vector)
    return found


def _alternative_fault(reading: Reading, vector: Vector, main: Vector | None) -> str | None:
    """Say why a vector is no other answer to a question; None where it is."""
    if main is None:
        return "is another reading of no vector"
    if vector.ambiguity != reading.ambiguity:
        return f"stands under {reading.ambiguity} and names {vector.ambiguity}"
    if main.ambiguity is None:
        return "the vector that it reads otherwise names no ambiguity"
    if (vector.op, vector.params) != (main.op, main.params):
        return "asks something else than the vector that it reads otherwise"
    return "expects what the vector expects that it reads otherwise" if vector.expect == main.expect else None


def _is_unclear(sign: str) -> bool:
    """Whether a character is invisible, or looks like another one, in most fonts."""
    if sign.isascii():
        return sign == "\x7f"
    return (
        not sign.isprintable()
        or unicodedata.category(sign).startswith("M")
        or unicodedata.normalize("NFKC", sign) != sign
        or unicodedata.name(sign, "").startswith(_LOOKALIKE_SCRIPTS)
        or sign == _DOTLESS_I
    )
