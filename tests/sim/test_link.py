"""One direction between two machines: held, and let go in order."""

from sim.agenda import Agenda
from sim.link import Link, Route


def _deliver(link: Link, agenda: Agenda, seen: list[int], *numbers: int) -> None:
    for number in numbers:
        link.deliver(lambda number=number: seen.append(number))
    agenda.run_due()


def test_a_held_link_keeps_its_packets_and_lets_them_go_in_their_order() -> None:
    agenda, seen = Agenda(), list[int]()
    link = Link(agenda, Route())

    _deliver(link, agenda, seen, 1)
    link.hold()
    _deliver(link, agenda, seen, 2, 3)
    assert (seen, link.is_held) == ([1], True)
    link.release()
    _deliver(link, agenda, seen, 4)

    assert (sorted(seen), seen[0], link.is_held) == ([1, 2, 3, 4], 1, False)


def test_a_link_that_is_held_twice_must_be_released_twice() -> None:
    agenda, seen = Agenda(), list[int]()
    link = Link(agenda, Route())
    link.hold()
    link.hold()
    _deliver(link, agenda, seen, 1)

    link.release()
    agenda.run_due()
    assert seen == []
    link.release()
    agenda.run_due()
    assert seen == [1]
