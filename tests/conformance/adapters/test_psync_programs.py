"""psync's programs are told what to do as a user tells them, and their lines become an outcome."""

from typing import Any

import pytest

from conformance.adapters.psync_programs import (
    UNBUILT,
    address_of,
    check_built,
    content_of,
    events_in,
    heard_of,
    outcome,
    port_of,
    refusal,
)
from conformance.adapters.serving import Unsupported

NOTHING: dict[str, Any] = {"messages": [], "causes": [], "problems": [], "warnings": []}


@pytest.mark.parametrize(("name", "reason"), [(name, reason) for name, (_, reason) in UNBUILT.items()])
def test_what_is_not_built_is_unsupported_unless_it_changes_nothing(name: str, reason: str) -> None:
    harmless, _ = UNBUILT[name]
    check_built({})
    check_built({name: harmless})

    with pytest.raises(Unsupported, match=reason):
        check_built({name: not harmless})


@pytest.mark.parametrize(
    ("end", "address"),
    [
        ({"path": {"style": "posix", "path": "/srv/a b"}}, "/srv/a b"),
        ({"host": "far", "path": {"style": "posix", "path": "/srv"}}, "tcp://far/srv"),
        ({"host": "far", "port": 7400, "path": {"style": "posix", "path": "/srv"}}, "tcp://far/srv"),
        ({"host": "far", "path": {"style": "windows", "path": "C:\\a"}}, "TCP:\\\\far\\C:\\a"),
    ],
)
def test_an_address_is_written_as_a_user_writes_it(end: dict[str, Any], address: str) -> None:
    assert address_of(end) == address


@pytest.mark.parametrize(
    ("source", "target", "port"),
    [({"host": "far", "port": 1}, {}, 1), ({}, {"host": "far", "port": 2}, 2), ({}, {"host": "far"}, None)],
)
def test_the_port_is_that_of_the_end_with_a_host(source: Any, target: Any, port: int | None) -> None:
    assert port_of({"source": source, "target": target}) == port


def test_a_line_that_is_still_being_written_is_no_event() -> None:
    assert events_in(b'{"event": "a"}\n{"event": "b"}\n{"eve') == [{"event": "a"}, {"event": "b"}]
    assert events_in(b"") == []


@pytest.mark.parametrize(("is_running", "state"), [(True, "running"), (False, "failed")])
def test_a_client_without_a_summary_runs_or_has_failed(is_running: bool, state: str) -> None:
    assert outcome([], is_running=is_running) == {"state": state, **NOTHING}


EVENTS = {
    "warning": ({"text": "open"}, {"warnings": ["open"]}),
    "problem": (
        {"path": "a", "code": "LOCKED", "text": "open", "messages": ["PSListener"], "more": 1},
        {"problems": [{"path": "a", "code": "LOCKED", "reason": "open"}], "messages": ["PSListener"]},
    ),
    "connection_failed": (
        {"messages": ["m", "n"], "code": "CONNECT", "retry_scheduled": False},
        {"messages": ["m", "n"], "causes": ["CONNECT"], "retry_scheduled": False},
    ),
    "refused": ({"code": "SOURCE_MISSING"}, {"causes": ["SOURCE_MISSING"]}),
    "summary": (
        {"state": "partial", "files_sent": 2, "bytes_wire": 9, "seconds": 1},
        {"state": "partial", "files_sent": 2, "bytes_wire": 9},
    ),
    "progress": ({"percent": 5}, {}),
}


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_has_its_place_in_the_outcome(event: str) -> None:
    given, told = EVENTS[event]

    assert outcome([{"event": event, **given}], is_running=False) == {"state": "failed", **NOTHING, **told}


def test_what_is_heard_is_found_in_both_encodings() -> None:
    heard = b"..." + "name".encode("utf-16-le") + b"content"

    assert heard_of(["name", "content", "key"], heard) == {"found": [True, True, False], "bytes": len(heard)}


@pytest.mark.parametrize(
    ("entry", "content"),
    [({"text": "é"}, "é".encode()), ({"hex": "00ff"}, b"\0\xff"), ({"size": 0, "salt": "x"}, b"")],
)
def test_a_file_has_what_is_planted(entry: dict[str, object], content: bytes) -> None:
    assert content_of(entry) == content


@pytest.mark.parametrize("more", [{}, {"owner": 7}])
def test_a_refusal_names_who_is_in_the_way(more: dict[str, int]) -> None:
    assert refusal({"event": "refused", "code": "X", "text": "y", **more}, 3).detail == more


def test_a_refusal_that_ends_well_is_none() -> None:
    told = refusal({"event": "refused", "code": "DUPLICATE_LISTENER", "text": "y", "owner": 7}, 0)

    assert (told.code, told.detail) == ("ENDED", {})
