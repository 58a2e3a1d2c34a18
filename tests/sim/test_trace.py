"""The record of a world."""

from sim.trace import Event, Trace


def _trace(*details: str) -> Trace:
    trace = Trace(lambda: 7)
    for detail in details:
        trace.record("alpha/1000", "note", detail)
    return trace


def test_events_are_numbered_and_dated():
    assert _trace("one", "two").events == [
        Event(0, 7, "alpha/1000", "note", "one", 7),
        Event(1, 7, "alpha/1000", "note", "two", 7),
    ]


def test_a_line_is_canonical_json():
    [line] = _trace("one").lines()

    assert (
        line == b'{"sequence":0,"time_ns":7,"place":"alpha/1000","kind":"note","detail":"one","since_ns":7}\n'
    )


def test_equal_histories_have_equal_digests_and_others_have_not():
    digests = [_trace(*details).digest() for details in [("a", "b"), ("a", "b"), ("b", "a"), ("a",), ("ab",)]]

    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_notes_are_those_of_scenarios():
    trace = _trace("one")
    trace.record("alpha/1000", "file", "open")

    assert trace.notes() == ["one"]
