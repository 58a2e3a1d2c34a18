"""A target's name never holds what the source never had."""

from random import Random

import pytest

from psync.core.paths import temporary_name
from psync.core.settings import Durability
from sim.checkers.checker import Broken
from sim.plan import FileSpec
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import with_faults

NEW = FileSpec("a", 100, 1).content


@pytest.mark.parametrize("content", [b"", NEW[:50], NEW + b"x"], ids=["empty", "half", "more"])
def test_a_torn_file_is_seen_while_it_is_written(content: bytes) -> None:
    with beginning() as trial, pytest.raises(Broken, match="whole: b'a' holds"):
        trial.machine("far").files.write(b"/srv/data/a", content)


def test_the_old_and_the_new_content_and_temporaries_pass() -> None:
    temporary = temporary_name(bytes(16))
    with beginning() as trial, does_not_raise():
        files = trial.machine("far").files
        files.write(b"/srv/data/" + temporary, NEW[:50])
        files.write(b"/srv/data/" + temporary, NEW)
        files.os.rename(b"/srv/data/" + temporary, b"/srv/data/a", src_dir_fd=-1, dst_dir_fd=-1)


def _after_a_cut(durability: Durability) -> None:
    """Tear a file by a power cut and let all checkers look."""
    with beginning(with_faults(durability=durability)) as trial:
        machine, disk = trial.machine("far"), trial.machine("far").disk
        node = disk.find(b"/srv/data/a")
        assert node is not None
        node.set_initial_contents(b"torn")  # not by a call, so that nobody has seen it
        machine.power_cut(Random(1).randrange)
        machine.boot()
        for checker in trial.checkers:
            checker.after_power_cut(machine)


def test_a_power_cut_may_not_tear_a_file_that_was_synced() -> None:
    with pytest.raises(Broken, match="whole"):
        _after_a_cut(Durability.BATCH)


def test_without_durability_a_power_cut_may() -> None:
    with does_not_raise():
        _after_a_cut(Durability.NONE)
