"""The table of seeds to kill, as it stands in `sim/README.md` between two marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct

from sim.mutants.hunt import Kill
from sim.mutants.mutant import Mutant

BEGIN = "<!-- mutants -->\n"
END = "<!-- end of mutants -->\n"

HEAD = (
    "| mutant | what is broken | promise broken | preset | seeds to kill: median (from each start) | first seed |\n"
    "|---|---|---|---|---|---|\n"
)
SURVIVES = "survives"


class Row(Struct, frozen=True):
    """A mutant, the promises it broke, and after how many seeds from each start: none where it survives.

    `median`: of these, if it was killed from all of them. `first_seed`: killed it from the first start that did.
    """

    name: str
    what: str
    promises: tuple[str, ...]
    preset: str
    median: float | None
    seeds_to_kill: tuple[int | None, ...]
    first_seed: int | None

    @property
    def is_killed(self) -> bool:
        """From every start."""
        return None not in self.seeds_to_kill


def row_of(mutant: Mutant, kills: Sequence[Kill | None]) -> Row:
    """Give the row of a mutant, of what came of each start."""
    known = [kill for kill in kills if kill is not None]
    return Row(
        mutant.name,
        mutant.what,
        tuple(sorted({kill.promise for kill in known})),
        mutant.preset,
        median(kill.seeds for kill in known) if len(known) == len(kills) else None,
        tuple(kill.seeds if kill is not None else None for kill in kills),
        known[0].plan.seed if known else None,
    )


def line_of(row: Row) -> str:
    """Give a row as it stands in the table."""
    promises = ", ".join(row.promises) or SURVIVES
    middle, *counts = (SURVIVES if number is None else number for number in (row.median, *row.seeds_to_kill))
    first = "" if row.first_seed is None else row.first_seed
    seeds = f"{middle} ({', '.join(map(str, counts))})"
    return f"| {row.name} | {row.what} | {promises} | {row.preset} | {seeds} | {first} |"


def render_table(rows: Mapping[str, str], mutants: Mapping[str, Mutant]) -> str:
    """Put rows in the order of the catalogue, without those of mutants that are no more."""
    return HEAD + "".join(f"{rows[name]}\n" for name in mutants if name in rows)


def read_table(file: Path) -> dict[str, str]:
    """Give the rows that a file holds, by the name of the mutant."""
    table = file.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = table.splitlines()[2:]
    return {row.split("|")[1].strip(): row for row in rows}


def write_table(file: Path, table: str) -> None:
    """Exchange the table in a file."""
    before, _, rest = file.read_text("utf-8").partition(BEGIN)
    file.write_text(before + BEGIN + table + END + rest.partition(END)[2], "utf-8")
