"""A badge says how many pass, in a colour that says whether that is all."""

from xml.etree import ElementTree

import pytest
from msgspec import structs

from conformance.reports.badge import as_badge
from conformance.verdict import EXIT_HARNESS, State, Unjudged
from tests.conformance.reports.samples import sample


@pytest.mark.parametrize(
    ("states", "text", "colour"),
    [
        ((State.PASS, State.PASS_ALTERNATIVE, State.XFAIL), "2 of 3 pass", "#2e7d32"),
        ((State.PASS, State.FAIL), "1 of 2 pass", "#c62828"),
        ((State.UNSUPPORTED,), "0 of 1 pass", "#757575"),
    ],
)
def test_it_says_how_many_pass(states: tuple[State, ...], text: str, colour: str) -> None:
    badge = as_badge(sample(*states))

    root = ElementTree.fromstring(badge)
    assert root.get("aria-label") == f"conformance: {text}"
    assert colour in badge


@pytest.mark.parametrize("unjudged", [None, Unjudged(EXIT_HARNESS, "it is broken")])
def test_where_nobody_knows_no_number_of_passes_is_shown(unjudged: Unjudged | None) -> None:
    states = (State.PASS,) if unjudged else (State.PASS, State.ERROR)
    badge = as_badge(structs.replace(sample(*states), unjudged=unjudged))

    assert ElementTree.fromstring(badge).get("aria-label") == "conformance: not judged"
    assert "#757575" in badge
