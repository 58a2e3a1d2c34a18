"""What a program tells, as values that nobody changes after they were told."""

from typing import get_args

import pytest
from msgspec import Struct, structs

from psync.engine.events import Event, RunState, Summary

# The documented last line of `--json`, without the name of the event.
SUMMARY_KEYS = (
    "job",
    "state",
    "files_sent",
    "files_unchanged",
    "files_deleted",
    "bytes_wire",
    "bytes_literal",
    "failed",
    "seconds",
)


def test_a_summary_has_the_documented_keys_in_their_order() -> None:
    assert Summary.__struct_fields__ == SUMMARY_KEYS


def test_a_run_ends_in_one_of_the_documented_states() -> None:
    assert [state.value for state in RunState] == ["converged", "partial", "held", "failed"]


def test_a_run_that_did_nothing_counts_nothing() -> None:
    summary = Summary("job", RunState.FAILED)

    assert structs.astuple(summary) == ("job", RunState.FAILED, 0, 0, 0, 0, 0, 0, 0.0)


@pytest.mark.parametrize("event", get_args(Event))
def test_an_event_cannot_be_changed(event: type[Struct]) -> None:
    assert issubclass(event, Struct)
    assert event.__struct_config__.frozen


@pytest.mark.parametrize("event", get_args(Event))
def test_an_event_says_what_it_means(event: type[Struct]) -> None:
    assert event.__doc__
