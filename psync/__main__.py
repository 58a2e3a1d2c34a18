"""`python -m psync`, and the console script of that name."""

import sys

from psync.app.program import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
