"""The story: what it holds, and how it tells what repeats."""

from collections.abc import Sequence

import pytest

from sim.picture.bands import Band
from sim.picture.events import shown
from sim.picture.moments import Moment, closing, fold, moments
from sim.trace import Event
from sim.trial import Result

EVENTS = [
    Event(number, number, *line)
    for number, line in enumerate(
        (
            ("world", "note", "run 1 of the job"),
            ("near/1000", "process", "starts copy"),
            ("near/1000", "file", "fstat(3)"),
            ("far", "fault", "PowerCut unsynced"),
            ("world", "link", "far>near silent"),
            ("near/1000", "note", "ConnectionFailed target x CONNECTION_LOST"),
            ("near/1000", "process", "ended 3"),
            ("world", "link", "far>near open"),
            ("far/1000", "process", "ended -9"),
        )
    )
]


def _told(*texts: str) -> list[Moment]:
    """Faults begin with an exclamation mark, headlines with a number sign."""
    tones = {"!": "fault", "#": "phase"}
    return [Moment(number, number, tones.get(text[0], "told"), text) for number, text in enumerate(texts)]


def _brief(folded: Sequence[Moment]) -> list[tuple[str, int, int]]:
    return [(moment.text, moment.count, moment.last) for moment in folded]


def test_the_story_holds_what_matters_and_the_end():
    assert moments(EVENTS, list(shown(EVENTS)), [], Result("whole: torn")) == [
        Moment(0, 0, "phase", "run 1 of the job"),
        Moment(1, 1, "run", "copy starts as near/1000"),
        Moment(3, 3, "fault", "fault on far: power cut (unsynced)"),
        Moment(5, 5, "bad", "near/1000: connection failed: CONNECTION_LOST, target x"),
        Moment(6, 6, "bad", "near/1000: ended with exit code 3"),
        Moment(7, 7, "run", "far → near: packets arrive again"),
        Moment(8, 8, "bad", "promise broken: whole: torn"),
    ]


@pytest.mark.parametrize(("code", "tone"), [(0, "run"), (130, "run"), (1, "bad"), (3, "bad"), (70, "bad")])
def test_who_ends_as_he_is_told_has_met_no_trouble(code: int, tone: str):
    events = [Event(0, 0, "near/1000", "process", f"ended {code}")]

    assert [one.tone for one in moments(events, list(shown(events)), [], None)] == [tone]


def test_a_line_of_the_scenario_itself_is_told():
    events = [Event(0, 0, "world", "note", "the other program closes the file")]

    assert [one.text for one in moments(events, list(shown(events)), [], None)] == [
        "the other program closes the file"
    ]


def test_what_begins_and_ends_without_an_event_is_told_when_it_does():
    lasting = [Band("fault", "far", "locked", 1, 6, "fault begins: locked", "fault ends: locked", 5)]

    assert moments(EVENTS, list(shown(EVENTS)), lasting, None)[1:-1:4] == [
        Moment(1, 1, "fault", "fault begins: locked"),
        Moment(6, 5, "fault", "fault ends: locked"),
    ]


def test_what_one_call_does_to_two_faults_is_told_once():
    events = [Event(number, 0, "world", "fault", "ConnectionReset") for number in range(2)]

    assert moments(events, list(shown(events)), [], None) == [
        Moment(0, 0, "fault", "fault: connection reset")
    ]


def test_a_world_is_closed_with_the_end_of_all_that_still_runs():
    assert (closing(EVENTS), closing([])) == (8, 0)


@pytest.mark.parametrize(
    ("reason", "texts", "expected"),
    [
        ("a line that follows itself", ["a", "a", "a", "b"], [("a", 3, 2), ("b", 1, 0)]),
        ("a line that comes again later stays", ["a", "b", "a"], [("a", 1, 0), ("b", 1, 0), ("a", 1, 0)]),
        ("other processes are other lines", ["x/1000", "x/1001"], [("x/1000", 1, 0), ("x/1001", 1, 0)]),
        ("a fault that strikes again", ["!a", "b", "!a"], [("!a", 2, 2), ("b", 1, 0)]),
        (
            "but not after the next headline",
            ["!a", "#1", "!a"],
            [("!a", 1, 0), ("#1", 1, 0), ("!a", 1, 0)],
        ),
        (
            "a round that comes with other processes",
            ["x/1000", "b", "x/1001", "b", "x/1002", "b", "c"],
            [
                ("x/1000", 1, 0),
                ("b", 1, 0),
                ("the last 2 lines again, by other processes", 2, 5),
                ("c", 1, 0),
            ],
        ),
        (
            "and not one that comes but twice",
            ["a", "b", "a", "b"],
            [("a", 1, 0), ("b", 1, 0), ("a", 1, 0), ("b", 1, 0)],
        ),
        ("nothing", [], []),
    ],
)
def test_what_repeats_is_folded(reason: str, texts: list[str], expected: list[tuple[str, int, int]]):
    assert _brief(fold(_told(*texts))) == expected
