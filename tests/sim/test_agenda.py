"""The order of what the simulated hardware does."""

import pytest

from sim.agenda import Agenda


def test_actions_are_done_in_the_order_of_time_and_then_of_entry():
    agenda, done = Agenda(), []
    for time_ns, name in [(20, "c"), (10, "a"), (20, "d"), (10, "b")]:
        agenda.at(time_ns, lambda name=name: done.append((agenda.now_ns, name)))

    while agenda.advance(None):
        agenda.run_due()

    assert done == [(10, "a"), (10, "b"), (20, "c"), (20, "d")]


def test_what_an_action_makes_due_is_done_at_the_same_moment():
    agenda, done = Agenda(), []
    agenda.at(0, lambda: agenda.after(0, lambda: done.append("second")))

    agenda.run_due()

    assert done == ["second"]


@pytest.mark.parametrize(
    ("deadline_ns", "expected"),
    [(5, (True, 5)), (15, (True, 10)), (None, (True, 10))],
    ids=["the deadline is first", "the action is first", "there is no deadline"],
)
def test_the_clock_moves_to_whatever_comes_first(deadline_ns: int | None, expected: tuple[bool, int]):
    agenda = Agenda()
    agenda.at(10, lambda: None)

    assert (agenda.advance(deadline_ns), agenda.now_ns) == expected


def test_nothing_to_come_is_told():
    agenda = Agenda()

    assert (agenda.advance(None), agenda.now_ns, agenda.next_ns) == (False, 0, None)


def test_an_action_in_the_past_is_an_error_of_the_simulator():
    agenda = Agenda()
    agenda.at(10, lambda: None)
    agenda.advance(None)

    with pytest.raises(AssertionError):
        agenda.at(9, lambda: None)
