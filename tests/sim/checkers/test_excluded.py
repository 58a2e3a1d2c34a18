"""A change of what is excluded is told."""

import pytest

from psync.core.changes import WriteFile
from psync.engine.events import ChangeDone, ChangePlanned, Event
from sim.checkers.checker import Broken
from sim.checkers.excluded import Excluded
from sim.trial import carry_out
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import PLAN, with_faults

PLAN_WITHOUT_B = with_faults(exclude=("b",))


@pytest.mark.parametrize("event", [ChangePlanned, ChangeDone])
def test_a_change_of_an_excluded_entry_is_told_and_no_other(event: type[Event]) -> None:
    with beginning(PLAN_WITHOUT_B) as trial:
        checker = Excluded(trial)
        with does_not_raise():
            checker.heard(ChangeDone(WriteFile(1, (b"sub", b"c"), 0, 0), 0))

        change = WriteFile(1, (b"sub", b"b", b"c"), 0, 0)
        with pytest.raises(Broken, match="excluded: WriteFile of b'sub/b/c'"):
            checker.heard(ChangeDone(change, 0) if event is ChangeDone else ChangePlanned(change))


def test_what_is_excluded_is_not_sent_and_stays_at_the_target() -> None:
    plan = with_faults(exclude=("b", "old"))

    result, world = carry_out(plan)

    assert (result.broken, "excluded" in result.reached) == ("", True)
    assert sorted(world.machines["far"].files.tree(b"/srv/data")) == [b"a", b"old", b"sub", b"sub/c"]


def test_it_has_nothing_to_do_where_nothing_is_excluded() -> None:
    assert [Excluded.is_for(plan) for plan in (PLAN, PLAN_WITHOUT_B)] == [False, True]
