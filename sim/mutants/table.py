"""The table of seeds to kill, as it stands in `sim/README.md` between two marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from sim.mutants.hunt import Kill
from sim.mutants.mutant import Mutant

BEGIN = "<!-- mutants -->\n"
END = "<!-- end of mutants -->\n"

HEAD = (
    "| mutant | what is broken | promise broken | preset | seeds to kill: median (from each start) | first seed |\n"
    "|---|---|---|---|---|---|\n"
)
SURVIVES = "survives"


def row_of(mutant: Mutant, kills: Sequence[Kill | None]) -> str:
    """Give the row of a mutant: which promises it broke, and after how many seeds from each start."""
    known = [kill for kill in kills if kill is not None]
    promises = ", ".join(sorted({kill.promise for kill in known})) or SURVIVES
    counts = [str(kill.seeds) if kill is not None else SURVIVES for kill in kills]
    middle = median(kill.seeds for kill in known) if len(known) == len(kills) else SURVIVES
    first = known[0].plan.seed if known else ""
    return f"| {mutant.name} | {mutant.what} | {promises} | {mutant.preset} | {middle} ({', '.join(counts)}) | {first} |"


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
