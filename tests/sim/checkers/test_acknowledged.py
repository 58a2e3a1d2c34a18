"""What the client calls done stays done."""

from random import Random

import pytest

from psync.core.changes import Delete, WriteFile
from psync.core.manifest import Kind, Stamp
from psync.core.settings import Durability
from psync.engine.events import ChangeDone
from sim.checkers.acknowledged import Acknowledged
from sim.checkers.checker import Broken
from sim.trial import Trial
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import with_faults

TARGET = b"/srv/data/"


def _acknowledged(trial: Trial) -> Acknowledged:
    """A checker that has heard that `old` is deleted and that `a` was written, as it stands now."""
    checker = Acknowledged(trial)
    checker.heard(ChangeDone(WriteFile(1, (b"a",), 0o644, 50), 50))
    trial.machine("far").files.remove(TARGET + b"old")
    checker.heard(ChangeDone(Delete(2, (b"old",), Kind.FILE, Stamp(1, 1, 1, 1)), 0))
    return checker


def test_nothing_is_wrong_while_it_is_there() -> None:
    with beginning() as trial, does_not_raise():
        _acknowledged(trial).after_run(0)


def test_a_file_that_is_gone_breaks_the_promise() -> None:
    with beginning() as trial:
        checker = _acknowledged(trial)
        trial.machine("far").files.remove(TARGET + b"a")

        with pytest.raises(Broken, match="never falls behind: b'a' was acknowledged and is gone"):
            checker.after_run(0)


def test_a_deleted_file_that_is_back_breaks_the_promise() -> None:
    with beginning() as trial:
        checker = _acknowledged(trial)
        content = trial.target_at_first[b"old"]
        assert isinstance(content, bytes)
        trial.machine("far").disk.watchers.clear()
        trial.machine("far").files.write(TARGET + b"old", content)

        with pytest.raises(Broken, match="b'old' was deleted and is there again"):
            checker.after_run(0)


@pytest.mark.parametrize("durability", Durability)
def test_a_power_cut_counts_unless_nothing_was_promised(durability: Durability) -> None:
    with beginning(with_faults(durability=durability)) as trial:
        checker, machine = _acknowledged(trial), trial.machine("far")
        machine.files.remove(TARGET + b"a")
        machine.disk.journal.sync_all()
        machine.power_cut(Random(1).randrange)
        machine.boot()

        if durability is Durability.NONE:
            checker.after_power_cut(machine)
        else:
            with pytest.raises(Broken, match="acknowledged: b'a'"):
                checker.after_power_cut(machine)
