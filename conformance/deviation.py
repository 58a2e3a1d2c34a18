"""What an implementation is known to do otherwise: read from its deviation file, and held against each verdict.

    [["rootpath-12-relative"]]        # or the id of a requirement: all of its cases
    outcome = "unsupported"           # or "fail", where it is left out
    message = "accepted"              # how the failure begins, so that no other one hides behind it
    reason = "the retry list is not built"
    clears = "issue 5"                # what will make it pass
    expires = 2027-06-30              # from then on the row itself is a failure

A case has one row at most, its own or that of a requirement: another one would never be used. No
row is for ever: it says what will clear it, or when it expires. One whose case passes is an
unexpected pass, and one that belongs to no case is stale: both fail a run.
"""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Struct, structs

from conformance.verdict import PASSES, CaseResult, State

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Place(NamedTuple):
    """A case at one of its levels."""

    id: str
    requirements: tuple[str, ...]
    level: str


class DeviationsInvalid(Exception):
    """The file cannot be used; the text says where and why."""


class Deviation(Struct, frozen=True, forbid_unknown_fields=True):
    """One row: `id` is that of a case, or of a requirement. `level` restricts it to one, such as `P`."""

    id: str
    reason: Text
    message: Text
    outcome: Literal["fail", "unsupported"] = "fail"
    clears: str = ""
    level: Literal["", "V", "S", "P"] = ""
    expires: date | None = None

    def __post_init__(self) -> None:
        if not self.clears and self.expires is None:
            raise ValueError(f"{self.id!r} needs `clears` or `expires`")

    def covers(self, case: CaseResult | Place) -> bool:
        """Whether the row speaks of a case."""
        is_named = self.id == case.id or self.id in case.requirements
        return is_named and self.level in ("", case.level)


def load_deviations(file: Path) -> list[Deviation]:
    """Read a file; raise `DeviationsInvalid`."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
        found = [
            msgspec.convert({**row, "id": id}, Deviation)
            for id, rows in tables.items()
            for row in _rows(rows)
        ]
    except OSError as error:
        raise DeviationsInvalid(f"'{file}' cannot be read: {error.strerror}.") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise DeviationsInvalid(f"'{file}' is no list of deviations: {error}.") from None
    for one, other in combinations(found, 2):
        if one.id == other.id and (one.level == other.level or "" in (one.level, other.level)):
            raise DeviationsInvalid(f"'{file}' has two rows for {one.id!r}.")
    return found


def overlap(rows: Sequence[Deviation], places: Iterable[Place]) -> str:
    """Name a case of which two rows speak, such as its own and that of a requirement; empty if there is none."""
    for place in places:
        speaking = [repr(row.id) for row in rows if row.covers(place)]
        if len(speaking) > 1:
            return f"two rows for {place.id!r} at level {place.level}: {' and '.join(speaking)}"
    return ""


def _rows(value: object) -> list[dict[str, object]]:
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    raise ValueError('a row begins with [["id"]]')


def faults_of(rows: Iterable[Deviation], places: Collection[Place], today: date) -> list[str]:
    """Say what is wrong with the rows themselves, whatever a run has selected.

    `places`: all cases that there are, for whichever target.
    """
    found = list(rows)
    stale = [
        f"the deviation {row.id!r} is stale: there is no such case{f' at level {row.level}' if row.level else ''}"
        for row in found
        if not any(map(row.covers, places))
    ]
    return stale + [
        f"the deviation {row.id!r} has expired on {row.expires}: {row.reason}"
        for row in found
        if row.expires is not None and row.expires <= today
    ]


def apply_deviations(results: Iterable[CaseResult], deviations: Iterable[Deviation]) -> list[CaseResult]:
    """Judge each result by the row that speaks of it."""
    rows = list(deviations)
    return [_judged(result, rows) for result in results]


def _judged(result: CaseResult, rows: list[Deviation]) -> CaseResult:
    row = next((row for row in rows if row.covers(result)), None)
    if row is None:
        return result
    if result.state in PASSES:
        return structs.replace(
            result, state=State.XPASS, message=f"passes, and was expected not to: {row.reason}"
        )
    if result.state == row.outcome and result.message.startswith(row.message):
        clears = f"; will be cleared by {row.clears}" if row.clears else ""
        return structs.replace(result, state=State.XFAIL, message=f"{row.reason}{clears} ({result.message})")
    return result
