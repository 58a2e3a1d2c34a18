"""`python -m benchmarks`: see README.md."""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import msgspec

from benchmarks.program import BenchmarkFailed, Program
from benchmarks.psync_program import psync_serving
from benchmarks.rounds import Measured, Row, measure, warm_up
from benchmarks.rsync_program import require_rsync, rsync_serving
from benchmarks.surroundings import require_room, surroundings
from benchmarks.table import heading, table
from benchmarks.workload import Workload, large_file, own_tree, small_files

FILES, FILES_SMALL = 20_000, 300
MEBIBYTES, MEBIBYTES_SMALL = 2048, 8
ROUNDS, ROUNDS_SMALL = 5, 2

EXIT_TERMINATED = 128 + signal.SIGTERM

# The source, and two targets while one is being removed.
COPIES_MAX = 3


def main() -> int:
    """Measure and print; an exit code of 2 says why that is not possible here."""
    options = _parser().parse_args()
    # As after Ctrl-C: servers are ended and folders removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        _benchmark(options)
    except BenchmarkFailed as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="psync beside an rsync daemon.")
    parser.add_argument("--small", action="store_true", help="a few seconds, only to see that it works")
    parser.add_argument("--json", metavar="FILE", type=Path, help="keep every single figure")
    parser.add_argument(
        "--folder", metavar="DIR", type=Path, default=gettempdir(), help="where to work [%(default)s]"
    )
    parser.add_argument("--tree", metavar="DIR", type=Path, help="a tree of yours instead of a generated one")
    parser.add_argument("--rounds", metavar="N", type=int, help=f"runs of each program [{ROUNDS}]")
    return parser


def _benchmark(options: argparse.Namespace) -> None:
    about = surroundings(options.folder, require_rsync())
    rounds = options.rounds or (ROUNDS_SMALL if options.small else ROUNDS)
    if not options.small:
        require_room(options.folder, COPIES_MAX * MEBIBYTES << 20)
    print(heading(about, rounds), end="\n\n", flush=True)
    measured: list[Measured] = []
    with (
        TemporaryDirectory(prefix="psync-benchmark-", dir=options.folder) as folder,
        _serving(Path(folder)) as programs,
    ):
        (Path(folder) / "empty").mkdir()
        warm_up(programs, Path(folder) / "empty")
        for row in _rows(options, Path(folder)):
            print(f"measuring: {row.work}", file=sys.stderr, flush=True)
            measured.append(measure(row, programs, rounds, about.file_system))
    print(table(measured))
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode({"about": about, "rows": measured})))


@contextmanager
def _serving(folder: Path) -> Iterator[Sequence[Program]]:
    """Run both servers, each in a folder of its own."""
    (folder / "psync").mkdir()
    (folder / "rsync").mkdir()
    with psync_serving(folder / "psync") as psync, rsync_serving(folder / "rsync") as rsync:
        yield psync, rsync


def _rows(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Make each tree when its rows come."""
    files = FILES_SMALL if options.small else FILES
    many = own_tree(options.tree) if options.tree else small_files(files)
    source = _made(many, folder / "many")
    yield Row(many.name, source)
    yield Row(many.name, source, is_synced=True)
    yield Row(f"{many.name}, unchanged", source, is_unchanged=True)
    large = large_file(MEBIBYTES_SMALL if options.small else MEBIBYTES)
    source = _made(large, folder / "large")
    yield Row(large.name, source)
    yield Row(large.name, source, is_synced=True)


def _made(workload: Workload, folder: Path) -> Path:
    workload.make(folder)
    return folder


if __name__ == "__main__":
    sys.exit(main())
