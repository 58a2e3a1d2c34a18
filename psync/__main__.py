"""`python -m psync`, and the console script of that name."""

import sys

from psync.app.interruption import defer


def main() -> None:
    """Run the command line and leave with its exit code."""
    defer()
    from psync.app.program import run  # which takes its time

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
