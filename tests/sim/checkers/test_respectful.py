"""What somebody has written since the scan stays until the next one."""

import pytest

from sim.checkers.checker import Broken
from sim.checkers.respectful import Respectful
from sim.trial import Trial
from tests.sim.checkers.trials import beginning


def written(trial: Trial) -> Respectful:
    """Somebody has written `a`, which the source has otherwise."""
    checker = Respectful(trial)
    assert trial.write_target()
    assert list(trial.written_into_target) == [b"a"]
    return checker


def test_a_file_that_stays_as_it_was_written_is_forgotten_after_the_run() -> None:
    with beginning() as trial:
        written(trial).after_run(0)

        assert trial.written_into_target == {}


def test_a_file_that_was_overwritten_is_told() -> None:
    with beginning() as trial:
        checker = written(trial)
        content = trial.tree_of_source()[b"a"]
        assert isinstance(content, bytes)
        disk = trial.machine("far").disk
        node = disk.find(b"/srv/data/a")
        assert node is not None
        disk.store(node, content)

        with pytest.raises(Broken, match="respectful: b'a' was written since the scan, and is lost"):
            checker.after_run(0)


def test_a_file_that_was_deleted_is_told() -> None:
    with beginning() as trial:
        checker = written(trial)
        trial.machine("far").files.remove(b"/srv/data/a")

        with pytest.raises(Broken, match="respectful: b'a'"):
            checker.after_run(1)
