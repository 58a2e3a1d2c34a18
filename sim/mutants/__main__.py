"""`python -m sim.mutants`: hunt all mutants or those that are named, and print the table of kills.

`--save` keeps a reduced plan of each first kill for the tests, and writes the table into `sim/README.md`.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

from sim.mutants.hunt import Kill, hunt
from sim.mutants.mutant import Mutant, load_mutants
from sim.mutants.saved import save_plan
from sim.mutants.table import read_table, render_table, row_of, write_table

README = Path(__file__).parents[1] / "README.md"

# Far apart, so that each start has seeds of its own.
STARTS = (1, 100_001, 200_001)
SEEDS_MAX = 200
PROCESSES = 2


def main(arguments: list[str]) -> int:
    """Give exit code 0 if every mutant has been killed from every start, 1 otherwise."""
    options = _parser().parse_args(arguments)
    mutants = load_mutants()
    unknown = [name for name in options.names if name not in mutants]
    if unknown:
        print(f"no mutant {unknown[0]}; there are: {', '.join(sorted(mutants))}", file=sys.stderr)
        return 2
    chosen = [mutants[name] for name in options.names or mutants]
    rows = {}
    for mutant, kills in _hunt_all(chosen, options):
        rows[mutant.name] = row_of(mutant, kills)
        print(rows[mutant.name], flush=True)
        if options.save:
            write_table(README, render_table(read_table(README) | rows, mutants))
    return 0 if all("survives" not in row for row in rows.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to hunt; all if none is named")
    parser.add_argument("--seeds", type=int, default=SEEDS_MAX, help="seeds tried from each start")
    parser.add_argument("--save", action="store_true", help="keep the plans and the table")
    return parser


def _hunt_all(
    mutants: list[Mutant], options: argparse.Namespace
) -> Iterator[tuple[Mutant, list[Kill | None]]]:
    """Hunt from all starts, in two processes; give each mutant once it is done."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        hunts: dict[Future[Kill | None], tuple[Mutant, int]] = {
            pool.submit(_hunt, mutant, range(start, start + options.seeds), options.save): (mutant, start)
            for mutant in mutants
            for start in STARTS
        }
        kills: dict[str, dict[int, Kill | None]] = {mutant.name: {} for mutant in mutants}
        for done in as_completed(hunts):
            mutant, start = hunts[done]
            kills[mutant.name][start] = done.result()
            if len(kills[mutant.name]) == len(STARTS):
                yield mutant, [kills[mutant.name][start] for start in STARTS]


def _hunt(mutant: Mutant, seeds: range, is_saved: bool) -> Kill | None:
    """Hunt from one start; from the first one, the first plan that breaks the right promise is kept."""
    kill = hunt(mutant, mutant.preset, seeds)
    if is_saved and kill is not None and seeds.start == STARTS[0]:
        is_right = kill.promise == mutant.killer
        kept = kill if is_right else hunt(mutant, mutant.preset, seeds, mutant.killer)
        if kept is not None:
            save_plan(mutant, kept)
    return kill


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
