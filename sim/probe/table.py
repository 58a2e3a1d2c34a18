"""The committed table of what Windows answers, and how it differs from what a probe prints.

Three sections, each a list of rows: `rows` (operation by state), `names`, `habits`.
A probe prints their questions and answers; notes, and what is known of Windows
itself, are written by hand and outlive every regeneration.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

TABLE_PATH = Path(__file__).parents[1] / "windows_table.json"

SECTIONS = ("rows", "names", "habits")
BY_HAND = ("on_windows", "becomes_on_windows", "note")  # the fields that no probe prints


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an operation gives on a file that is open elsewhere: a Win32 error code, 0 for success."""

    operation: str
    open_elsewhere: str
    result: int
    on_windows: int | None = None
    probed: bool
    note: str

    @property
    def question(self) -> tuple[str, ...]:
        return ("rows", self.operation, self.open_elsewhere)

    @property
    def answer(self) -> tuple[int | str, ...]:
        return (self.result,)


class Name(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    r"""What creating a new file of a name gives, and the name that is then listed, or the device it is.

    A verbatim name stands behind `\\?\` and the full path of its folder.
    """

    name: str
    verbatim: bool
    result: int
    becomes: str
    on_windows: int | None = None
    becomes_on_windows: str | None = None
    probed: bool
    note: str

    @property
    def question(self) -> tuple[str, ...]:
        return ("names", self.name, "verbatim" if self.verbatim else "plain")

    @property
    def answer(self) -> tuple[int | str, ...]:
        return (self.result, self.becomes)


class Habit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one small deed gives that is nobody else's business."""

    habit: str
    result: int
    on_windows: int | None = None
    probed: bool
    note: str

    @property
    def question(self) -> tuple[str, ...]:
        return ("habits", self.habit)

    @property
    def answer(self) -> tuple[int | str, ...]:
        return (self.result,)


AnyRow = Row | Name | Habit
KindOfRow = TypeVar("KindOfRow", bound=AnyRow)


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. `about` explains the fields to whoever opens the file, `wine` is the version that was asked."""

    about: dict[str, str] = {}
    wine: str
    rows: tuple[Row, ...]
    names: tuple[Name, ...]
    habits: tuple[Habit, ...]

    def all_rows(self) -> Iterator[AnyRow]:
        yield from self.rows
        yield from self.names
        yield from self.habits


def decode(text: str) -> Table:
    """Read a table, or what a probe prints, which has no notes. Raises `ValueError`.

    Not by msgspec alone: it takes no lone surrogates, which are names on Windows.
    """
    document = json.loads(text)
    for section in document.keys() & set(SECTIONS):
        document[section] = [{"probed": True, "note": "", **row} for row in document[section]]
    return msgspec.convert(document, Table)


def encode(table: Table) -> str:
    """Write a table as ASCII, one row a line."""
    head = [f'"{name}": {json.dumps(getattr(table, name))}' for name in ("about", "wine")]
    sections = [f'"{name}": [\n{_lines(getattr(table, name))}\n]' for name in SECTIONS]
    return "{\n" + ",\n".join([*head, *sections]) + "\n}\n"


def differences(table: Table, printed: Table) -> list[str]:
    """Say in which of the probed rows a table is not what a probe has printed."""
    kept = {row.question: row for row in table.all_rows() if row.probed}
    asked = {row.question: row for row in printed.all_rows()}
    changed = [
        f"{_quoted(row)}: Wine answers {_answer(row)}, the table says {_answer(kept[question])}"
        for question, row in asked.items()
        if question in kept and kept[question].answer != row.answer
    ]
    missing = [f"{_quoted(asked[question])}: not in the table" for question in asked if question not in kept]
    left = [f"{_quoted(kept[question])}: no longer asked" for question in kept if question not in asked]
    return changed + missing + left


def regenerated(table: Table, printed: Table) -> Table:
    """Give what a probe has printed, in its order, with all of a table that was written by hand."""
    return Table(
        about=table.about,
        wine=printed.wine,
        rows=_merged(table.rows, printed.rows),
        names=_merged(table.names, printed.names),
        habits=_merged(table.habits, printed.habits),
    )


def _merged(kept: Sequence[KindOfRow], printed: Sequence[KindOfRow]) -> tuple[KindOfRow, ...]:
    known = {row.question: row for row in kept}
    asked = {row.question for row in printed}
    with_notes = [_annotated(row, known.get(row.question, row)) for row in printed]
    return (*with_notes, *(row for row in kept if not row.probed and row.question not in asked))


def _annotated(row: KindOfRow, known: AnyRow) -> KindOfRow:
    by_hand = {field: getattr(known, field) for field in BY_HAND if hasattr(known, field)}
    if by_hand["on_windows"] == row.result:
        by_hand["on_windows"] = None
    return replace(row, **by_hand)


def _lines(rows: Sequence[AnyRow]) -> str:
    return ",\n".join(json.dumps(msgspec.to_builtins(row)) for row in rows)


def _quoted(row: AnyRow) -> str:
    return " / ".join(map(ascii, row.question))


def _answer(row: AnyRow) -> str:
    return ", ".join(map(ascii, row.answer))
