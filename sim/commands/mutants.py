"""The hunt for planted bugs, told row by row."""

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

from msgspec import Struct

from sim.arguments import one_of
from sim.commands.answer import aside, print_document
from sim.mutants.hunt import Kill, hunt
from sim.mutants.mutant import Mutant, load_mutants
from sim.mutants.saved import save_plan
from sim.mutants.table import Row, line_of, read_table, render_table, row_of, write_table

README = Path(__file__).parents[1] / "README.md"

# Far apart, so that each start has seeds of its own.
STARTS = (1, 100_001, 200_001)


class Hunted(Struct, frozen=True):
    """The mutants in the order in which they were named, as `--json` prints them."""

    mutants: tuple[Row, ...]


def run_mutants(names: tuple[str, ...], seeds: int, jobs: int, *, is_saved: bool, is_json: bool) -> int:
    """Hunt all mutants or those that are named; exit code 1 if one survives from any start.

    `seeds` are tried from each start. `is_saved`: a reduced plan of each first kill
    is kept for the tests, and the table of `sim/README.md` is written anew.
    """
    mutants = load_mutants()
    chosen = [one_of(name, mutants, "mutant") for name in dict.fromkeys(names or mutants)]
    rows: dict[str, Row] = {}
    with aside(is_json=is_json):
        for mutant, kills in _hunt_all(chosen, seeds, jobs, is_saved=is_saved):
            row = rows[mutant.name] = row_of(mutant, kills)
            print(line_of(row), flush=True)
            if is_saved:
                lines = {name: line_of(row) for name, row in rows.items()}
                write_table(README, render_table(read_table(README) | lines, mutants))
    if is_json:
        print_document(Hunted(tuple(rows[mutant.name] for mutant in chosen)))
    return 0 if all(row.is_killed for row in rows.values()) else 1


def _hunt_all(
    mutants: list[Mutant], seeds: int, jobs: int, *, is_saved: bool
) -> Iterator[tuple[Mutant, list[Kill | None]]]:
    """Hunt from all starts; give each mutant once it is done."""
    with ProcessPoolExecutor(jobs) as pool:
        hunts: dict[Future[Kill | None], tuple[Mutant, int]] = {
            pool.submit(_hunt, mutant, range(start, start + seeds), is_saved=is_saved): (mutant, start)
            for mutant in mutants
            for start in STARTS
        }
        kills: dict[str, dict[int, Kill | None]] = {mutant.name: {} for mutant in mutants}
        for done in as_completed(hunts):
            mutant, start = hunts[done]
            kills[mutant.name][start] = done.result()
            if len(kills[mutant.name]) == len(STARTS):
                yield mutant, [kills[mutant.name][start] for start in STARTS]


def _hunt(mutant: Mutant, seeds: range, *, is_saved: bool) -> Kill | None:
    """Hunt from one start; from the first one, the first plan that breaks the right promise is kept."""
    kill = hunt(mutant, mutant.preset, seeds)
    if is_saved and kill is not None and seeds.start == STARTS[0]:
        is_right = kill.promise == mutant.killer
        kept = kill if is_right else hunt(mutant, mutant.preset, seeds, mutant.killer)
        if kept is not None:
            save_plan(mutant, kept)
    return kill
