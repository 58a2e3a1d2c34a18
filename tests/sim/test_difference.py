"""The first divergence of two traces."""

from pathlib import Path

import pytest

from sim.difference import Difference, NoTrace, compare, describe, first_divergence, read_trace
from sim.trace import Event, Trace


def _events(*details: str, step_ns: int = 1_000) -> list[Event]:
    return [
        Event(number, number * step_ns, "near/1000", "file", detail) for number, detail in enumerate(details)
    ]


@pytest.mark.parametrize(
    ("left", "right", "divergence"),
    [
        ("", "", None),
        ("abc", "abc", None),
        ("abc", "abd", 2),
        ("abc", "xbc", 0),
        ("abc", "ab", 2),
        ("ab", "abc", 2),
        ("", "a", 0),
    ],
)
def test_the_first_divergence_is_found(left: str, right: str, divergence: int | None):
    assert first_divergence(_events(*left), _events(*right)) == divergence


def test_a_divergence_is_shown_with_what_led_to_it_and_what_followed():
    left, right = _events(*"abcdefgh"), _events(*"abcdefxy")

    assert describe(compare(left, right)) == [
        "The histories part at event 6 of 8 and 8, in detail.",
        "        1       0.000001 s  near/1000    file     b",
        "        2       0.000002 s  near/1000    file     c",
        "        3       0.000003 s  near/1000    file     d",
        "        4       0.000004 s  near/1000    file     e",
        "        5       0.000005 s  near/1000    file     f",
        "-       6       0.000006 s  near/1000    file     g",
        "-       7       0.000007 s  near/1000    file     h",
        "+       6       0.000006 s  near/1000    file     x",
        "+       7       0.000007 s  near/1000    file     y",
    ]


def test_the_end_of_one_history_is_a_divergence():
    assert describe(compare(_events("a"), [])) == [
        "The histories part at event 0 of 1 and 0, the end of one.",
        "-       0       0.000000 s  near/1000    file     a",
        "+ (the end)",
    ]


def test_equal_histories_are_told_as_such():
    assert describe(compare(_events("a"), _events("a"))) == ["The histories are equal."]


def test_a_divergence_is_the_events_around_it_and_the_fields_that_differ():
    left, right = _events(*"abcdefgh"), _events(*"abcdefx", step_ns=1_001)
    left[1:6] = right[1:6]

    assert compare(left, right) == Difference(
        (8, 7), 6, ("time_ns", "detail"), tuple(left[1:6]), tuple(left[6:]), tuple(right[6:])
    )


def test_where_one_history_ends_no_field_differs():
    assert compare(_events("a"), []) == Difference((1, 0), 0, left=tuple(_events("a")))


def test_equal_histories_differ_nowhere():
    assert compare(_events("a"), _events("a")) == Difference((1, 1), None)


def test_a_trace_is_read_as_it_was_written(tmp_path: Path):
    trace = Trace(lambda: 7)
    trace.record("near/1000", "file", "open b'\\xff'", since_ns=3)
    (tmp_path / "trace").write_bytes(b"".join(trace.lines()))

    assert read_trace(tmp_path / "trace") == trace.events


@pytest.mark.parametrize("text", ["{", "nonsense", '{"sequence": 1}', "[]"])
def test_what_is_no_trace_is_named(tmp_path: Path, text: str):
    file = tmp_path / "trace"
    file.write_text(text)

    with pytest.raises(NoTrace, match="is no trace: "):
        read_trace(file)
