"""`python -m sim.probe`: see the package."""

import argparse
import os
import sys
from pathlib import Path

from sim.probe.table import TABLE_PATH, Table, decode, differences, encode, regenerated
from sim.probe.wine import ProbeFailed, ask_wine

EXIT_DIFFERENT, EXIT_NOT_ASKED = 1, 2
EMPTY = Table(wine="", rows=(), names=(), habits=())


def main() -> int:
    """Compare or write; 1 says that the table differs, 2 that there is none or that Wine could not be asked."""
    options = _parser().parse_args()
    try:
        table = EMPTY if options.write and not options.table.exists() else _read(options.table)
        printed = decode(ask_wine(os.environ.get("PATH", "")))
    except (ProbeFailed, OSError, ValueError) as failure:
        print(f"windows probe: {failure}", file=sys.stderr)
        return EXIT_NOT_ASKED
    if options.write:
        options.table.write_text(encode(regenerated(table, printed)), "utf-8")
        return 0
    return _compare(table, printed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim.probe", description="What Windows answers.")
    parser.add_argument("--write", action="store_true", help="write the table instead of comparing it")
    parser.add_argument("--table", metavar="FILE", type=Path, default=TABLE_PATH, help="another table")
    return parser


def _read(path: Path) -> Table:
    return decode(path.read_text("utf-8"))


def _compare(table: Table, printed: Table) -> int:
    found = differences(table, printed)
    for line in found:
        print(line)
    count = len(list(printed.all_rows()))
    print(
        f"{count} answers of Wine {printed.wine}, {len(found)} differences to the table, of Wine {table.wine}"
    )
    return EXIT_DIFFERENT if found else 0


if __name__ == "__main__":
    sys.exit(main())
