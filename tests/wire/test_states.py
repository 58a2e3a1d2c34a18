"""What may follow what: for every state, exactly the events that it takes; all others change nothing."""

from copy import deepcopy
from itertools import product

import pytest

from psync.wire import messages
from psync.wire.keys import Role
from psync.wire.messages import TABLE, Apply, Close, Finish, Hello, MessageInvalid, Open, Outcomes, Scan
from psync.wire.states import STREAMS_MAX, ConnectionState

Event = tuple[Role, int, type]

STREAMS = range(4)
EVENTS = [(role, stream, row.type) for role, stream, row in product(Role, STREAMS, TABLE)]

GREETED = "client 0 Hello, listener 0 Hello"
TALK = "Credit Ping Pong Close"
START = "Open Scan Supply Apply"

# After these events, exactly those are taken. Streams 0 to 3 are tried; a new one may have any higher number.
STATES = {
    "nothing said": ("", "client 0 Hello Close, listener 0 Hello Close"),
    "the client greeted": (
        "client 0 Hello",
        f"client 0 {TALK}, client 1 {START}, client 2 {START}, client 3 {START}, listener 0 Hello Close",
    ),
    "the listener greeted": ("listener 0 Hello", f"client 0 Hello Close, listener 0 {TALK}"),
    "both greeted": (
        GREETED,
        f"client 0 {TALK}, client 1 {START}, client 2 {START}, client 3 {START}, listener 0 {TALK}",
    ),
    "the client closed at once": ("client 0 Close", "listener 0 Hello Close"),
    "the listener closed at once": ("listener 0 Close", "client 0 Hello Close"),
    "the client closed": (f"{GREETED}, client 0 Close", f"listener 0 {TALK}"),
    "the listener closed": (
        f"{GREETED}, listener 0 Close",
        f"client 0 {TALK}, client 1 {START}, client 2 {START}, client 3 {START}",
    ),
    "both closed": (f"{GREETED}, client 0 Close, listener 0 Close", ""),
    "the client closed with a stream open": (
        f"{GREETED}, client 3 Scan, client 0 Close",
        f"listener 0 {TALK}, listener 3 Listings Finish Fail",
    ),
    "the listener closed with a stream open": (
        f"{GREETED}, client 3 Supply, listener 0 Close",
        f"client 0 {TALK}, client 3 Requests Finish Fail",
    ),
    "a listener that did not greet has no stream": (
        "client 0 Hello, client 3 Open",
        f"client 0 {TALK}, client 3 Finish Fail, listener 0 Hello Close",
    ),
    "two streams": (
        f"{GREETED}, client 2 Scan, client 3 Apply",
        f"client 0 {TALK}, client 2 Finish Fail, client 3 Changes Contents Finish Fail, "
        f"listener 0 {TALK}, listener 2 Listings Finish Fail, listener 3 Outcomes Finish Fail",
    ),
}

# What each side may send on a stream of a verb; and how a half ends.
HALVES = {
    "Open": {"client": "Finish Fail", "listener": "Opened Finish Fail"},
    "Scan": {"client": "Finish Fail", "listener": "Listings Finish Fail"},
    "Supply": {"client": "Requests Finish Fail", "listener": "Contents Finish Fail"},
    "Apply": {"client": "Changes Contents Finish Fail", "listener": "Outcomes Finish Fail"},
}
ENDINGS = [(), ("client",), ("listener",), ("client", "listener"), ("listener", "client")]


def events(text: str) -> set[Event]:
    return set(history(text))


def history(text: str) -> list[Event]:
    parts = [part.split() for part in text.split(", ") if part]
    return [
        (Role(role), int(stream), getattr(messages, name)) for role, stream, *names in parts for name in names
    ]


def after(*said: Event) -> ConnectionState:
    state = ConnectionState()
    for event in said:
        state.advance(*event)
    return state


def is_taken(state: ConnectionState, event: Event) -> bool:
    try:
        state.advance(*event)
    except MessageInvalid:
        return False
    return True


def taken(state: ConnectionState) -> set[Event]:
    return {event for event in EVENTS if is_taken(deepcopy(state), event)}


@pytest.mark.parametrize(("said", "expected"), STATES.values(), ids=STATES)
def test_a_state_takes_exactly_these_events(said: str, expected: str):
    assert taken(after(*history(said))) == events(expected)


@pytest.mark.parametrize("verb", HALVES)
@pytest.mark.parametrize("ended_by", ENDINGS, ids=" ".join)
@pytest.mark.parametrize("ending", ["Finish", "Fail"])
def test_a_stream_takes_exactly_what_its_verb_has_until_each_half_ends(
    verb: str, ended_by: tuple[str, ...], ending: str
):
    said = [f"client 3 {verb}", *(f"{side} 3 {ending}" for side in ended_by)]
    open_halves = [f"{side} 3 {HALVES[verb][side]}" for side in Role if side not in ended_by]

    state = after(*history(", ".join([GREETED, *said])))

    talk = [f"client 0 {TALK}", f"listener 0 {TALK}"]
    assert taken(state) == events(", ".join([*talk, *open_halves]))


@pytest.mark.parametrize("said", [said for said, _ in STATES.values()], ids=STATES)
def test_an_illegal_event_changes_nothing(said: str):
    state = after(*history(said))
    before = taken(state)

    for event in set(EVENTS) - before:
        with pytest.raises(MessageInvalid):
            state.advance(*event)

    assert taken(state) == before


@pytest.mark.parametrize("verb", HALVES)
def test_what_does_not_end_a_half_leaves_the_stream_as_it_is(verb: str):
    state = after(*history(f"{GREETED}, client 3 {verb}"))
    before = taken(state)

    for event in before - events(
        "client 3 Finish Fail, listener 3 Finish Fail, client 0 Close, listener 0 Close"
    ):
        state.advance(*event)

    assert taken(state) == before


def test_so_many_streams_are_open_at_once_and_the_end_of_one_makes_room():
    streams = [(Role.CLIENT, number, Open) for number in range(1, STREAMS_MAX + 1)]
    state = after(*history(GREETED), *streams)
    following = (Role.CLIENT, STREAMS_MAX + 1, Open)

    state.advance(Role.CLIENT, 5, Finish)
    assert not is_taken(state, following)
    state.advance(Role.LISTENER, 5, Finish)
    assert is_taken(state, following)


@pytest.mark.parametrize(
    ("stream", "is_free"), [(1, False), (6, False), (7, False), (8, True), (2**32 - 1, True)]
)
def test_a_stream_number_is_higher_than_all_before_it(stream: int, is_free: bool):
    over = [(Role.CLIENT, 7, Apply), (Role.CLIENT, 7, Finish), (Role.LISTENER, 7, Finish)]
    state = after(*history(GREETED), *over)

    assert is_taken(state, (Role.CLIENT, stream, Open)) == is_free


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ((Role.LISTENER, 1, Open), "Open from a listener"),
        ((Role.CLIENT, 1, Outcomes), "Outcomes from a client"),
        ((Role.CLIENT, 0, Scan), "Scan on stream 0"),
        ((Role.CLIENT, 2, Close), "Close on stream 2"),
        ((Role.CLIENT, 0, Hello), "Hello out of turn"),
        ((Role.CLIENT, 1, Scan), "a stream number that was used before"),
        ((Role.CLIENT, 9, Finish), "Finish on a stream that is not open"),
        ((Role.CLIENT, 1, messages.Requests), "Requests on a stream of Open"),
        ((Role.LISTENER, 1, Finish), "Finish after the end of its stream"),
        ((Role.LISTENER, 0, messages.Ping), "Ping out of turn"),
        ((Role.LISTENER, 1, messages.Opened), "Opened before Hello or after Close"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_says_what_is_wrong(event: Event, reason: str):
    said = history(f"{GREETED}, client 1 Open, listener 1 Finish")
    closed = history("listener 0 Close") if reason.startswith(("Ping", "Opened")) else []

    with pytest.raises(MessageInvalid, match=f"^{reason}$"):
        after(*said, *closed, event)


def test_each_direction_is_closed_by_its_sender():
    state = after(*history(f"{GREETED}, client 0 Close"))

    assert (state.is_closed(Role.CLIENT), state.is_closed(Role.LISTENER)) == (True, False)
