"""A target that is full, or takes no file of this size: exit code 1, the old files whole, no temporary left, and the reason told."""

import sys
from pathlib import Path

import pytest

from tests.app.psync_process import Site, contents
from tests.conftest import MOUNT

LARGE_BYTES = 3 * 2**20
TOO_LARGE = "Problem: large: larger than the target's file system allows a file to be (File too large) [FILE_TOO_LARGE]"

ON_TMPFS = """
mount -t tmpfs -o size=2m tmpfs target && cp -p old/* target/ || exit 99
"$0" -m psync copy --delete source target; code=$?
mkdir result && cp -a target/. result/
exit $code
"""


@pytest.fixture
def old(site: Site) -> Path:
    """A target with an old version of a file that is now too large, and a source with one that fits."""
    (site.tree("source", small="one") / "large").write_bytes(b"x" * LARGE_BYTES)
    return site.tree("old", large="the version before")


@pytest.mark.needs_mount
def test_a_full_file_system_keeps_the_old_file_and_says_so(site: Site, old: Path):
    site.tree("target")

    ran = site.run_command([*MOUNT, "bash", "-c", ON_TMPFS, sys.executable])

    assert ran.code == 1, ran.err
    assert "Problem: large: the target is full [NO_SPACE]" in ran.err.splitlines()
    assert ran.out.startswith("Partial: 1 file sent")
    assert contents(site.folder / "result") == {"large": b"the version before", "small": b"one"}


def test_a_file_beyond_the_limit_of_the_target_fails_alone(site: Site, old: Path):
    """The signal that comes with this error does not end the process either."""
    limited = 'ulimit -f 2048; exec "$0" -m psync copy --delete source old'

    ran = site.run_command(["bash", "-c", limited, sys.executable])

    assert ran.code == 1, ran.err
    assert ran.err.splitlines()[0] == TOO_LARGE
    assert ran.out.startswith("Partial: 1 file sent")
    assert contents(old) == {"large": b"the version before", "small": b"one"}
