"""Modes and times that differ in the end are told."""

import pytest

from sim.checkers.checker import Broken
from sim.checkers.faithful import Faithful
from sim.machine import EPOCH_NS
from sim.trial import Trial, carry_out
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN


def equal(trial: Trial) -> Faithful:
    """Make the target what the source is."""
    near, far = trial.machine("near").files, trial.machine("far").files
    trial.machine("far").disk.watchers.clear()
    far.plant(b"/srv/data", trial.tree_of_source())
    for path in (b"", b"/sub", *(b"/" + path for path in trial.tree_of_source())):
        far.set_time(
            b"/srv/data" + path, near.os.stat(b"/home/source" + path, follow_symlinks=False).st_mtime_ns
        )
    return Faithful(trial)


def test_equal_trees_are_in_order() -> None:
    with beginning() as trial:
        checker = equal(trial)
        trial.machine("far").files.remove(b"/srv/data/old")
        trial.machine("far").files.set_time(b"/srv/data", EPOCH_NS)
        with does_not_raise():
            checker.after_run(0)


def test_a_run_of_psync_is_faithful() -> None:
    assert carry_out(PLAN)[0].broken == ""


@pytest.mark.parametrize("path", [b"", b"/a", b"/sub", b"/sub/c"])
def test_another_time_is_told(path: bytes) -> None:
    with beginning() as trial:
        checker = equal(trial)
        trial.machine("far").files.set_time(b"/srv/data" + path, 1)

        with pytest.raises(Broken, match=f"faithful: {path[1:]!r} has .* where the source has"):
            checker.finish()


def test_another_mode_is_told() -> None:
    with beginning() as trial:
        checker, files = equal(trial), trial.machine("far").files
        fd = files.os.open(b"/srv/data/a", files.os.O_RDONLY)
        files.os.fchmod(fd, 0o600)
        files.os.close(fd)

        with pytest.raises(Broken, match=r"faithful: b'a' has .*mode=384"):
            checker.finish()


def test_a_run_that_leaves_what_it_should_have_deleted_is_told() -> None:
    with beginning() as trial, pytest.raises(Broken, match=r"faithful: the target differs: \[b'old'\]"):
        equal(trial).after_run(0)


def test_a_run_that_was_disturbed_may_leave_something_to_the_next_one() -> None:
    with beginning() as trial, does_not_raise():
        trial.effects["DiskFull"] += 1
        equal(trial).after_run(0)
