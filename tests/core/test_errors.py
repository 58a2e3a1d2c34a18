"""What operators read: every message complete, every code in its table."""

import string

import pytest

from psync.core import errors
from psync.core.addresses import parse_address
from psync.core.errors import (
    REFUSED_PATH_TEXTS,
    Busy,
    ConnectionFailure,
    ConnectTimeout,
    Failure,
    ListenerFailed,
    PathRefused,
    RefusedPath,
    SourceMissing,
    UsageInvalid,
    revive,
)

FAILURES = sorted(
    (
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Failure) and kind.code
    ),
    key=lambda kind: kind.code,
)


def sample(kind: type[Failure]) -> Failure:
    """A failure whose fields are their own names."""
    fields = {name: name for _, name, _, _ in string.Formatter().parse(kind.template) if name}
    if kind is PathRefused:
        return PathRefused(path="path", reason=RefusedPath.DOTDOT)
    numbers = {"seconds": 1.5} if "seconds" in fields else {}
    return kind(**fields | numbers)


@pytest.mark.parametrize("kind", FAILURES, ids=lambda kind: kind.code)
def test_a_failure_is_a_sentence_with_a_remedy(kind: type[Failure]):
    failure = sample(kind)

    assert str(failure).endswith(".") or kind is UsageInvalid  # which hands on a sentence of the parser
    assert failure.remedy
    assert failure.exit_code in (errors.EXIT_PARTIAL, errors.EXIT_USAGE, errors.EXIT_CONNECTION)


def test_no_two_failures_share_a_code():
    codes = [kind.code for kind in FAILURES]

    assert len(codes) == len(set(codes))


def test_a_connection_failure_says_so_in_its_exit_code():
    wrong = [kind for kind in FAILURES if issubclass(kind, ConnectionFailure) and kind.exit_code != 3]

    assert wrong == []


@pytest.mark.parametrize("kind", FAILURES, ids=lambda kind: kind.code)
def test_a_failure_names_things_as_they_were_typed(kind: type[Failure]):
    """Python's own quoting would double each backslash of a Windows path."""
    assert [conversion for *_, conversion in string.Formatter().parse(kind.template) if conversion] == []


def test_a_failure_without_a_field_of_its_text_is_a_defect():
    with pytest.raises(KeyError):
        SourceMissing()


def test_a_refused_path_is_explained():
    refused = PathRefused(path="/a/..", reason=RefusedPath.DOTDOT)

    assert str(refused) == "The path '/a/..' is refused (DOTDOT): '..' is not allowed."
    assert refused.reason is RefusedPath.DOTDOT


def test_a_posix_path_copied_from_a_message_is_refused_with_the_form_that_is_taken():
    r"""`TCP:\\nas\srv` is how messages show it, and no address."""
    with pytest.raises(PathRefused) as refused:
        parse_address(r"TCP:\\nas\srv")

    assert "tcp://host/srv/target" in refused.value.remedy


REVIVED = {
    "a failure with fields": (
        "BUSY",
        {"what": "The target /a", "reason": "x"},
        Busy(what="The target /a", reason="x"),
    ),
    "a refused path in our own words": (
        "PATH_REFUSED",
        {"path": "/a", "reason": "DOTDOT", "explanation": "send money"},
        PathRefused(path="/a", reason=RefusedPath.DOTDOT),
    ),
    "an unknown code": ("NEWER", {}, ListenerFailed(host="nas", reason="NEWER")),
    "no code": ("", {}, ListenerFailed(host="nas", reason="no cause given")),
    "a missing field": ("BUSY", {"what": "x"}, ListenerFailed(host="nas", reason="BUSY")),
    "a field too many": (
        "BUSY",
        {"what": "a", "reason": "x", "more": "y"},
        Busy(what="a", reason="x", more="y"),
    ),
    "an unknown reason": (
        "PATH_REFUSED",
        {"path": "/a", "reason": "NEWER"},
        ListenerFailed(host="nas", reason="PATH_REFUSED"),
    ),
    "text where a number belongs": (
        "CONNECT_TIMEOUT",
        {"host": "a", "port": "1", "seconds": "many"},
        ListenerFailed(host="nas", reason="CONNECT_TIMEOUT"),
    ),
    "a field that no call can have": ("BUSY", {"self": "x"}, ListenerFailed(host="nas", reason="BUSY")),
}


@pytest.mark.parametrize(("code", "fields", "expected"), REVIVED.values(), ids=REVIVED.keys())
def test_what_a_peer_reports_becomes_a_failure_of_ours(code: str, fields: dict[str, str], expected: Failure):
    revived = revive("nas", code, fields)

    assert (type(revived), str(revived), revived.fields) == (type(expected), str(expected), expected.fields)


@pytest.mark.parametrize("kind", FAILURES, ids=lambda kind: kind.code)
def test_each_failure_survives_a_journey_unless_it_holds_a_number(kind: type[Failure]):
    failure = sample(kind)

    revived = revive("nas", failure.code, {name: str(value) for name, value in failure.fields.items()})

    expected = ListenerFailed if "seconds" in failure.fields else kind
    assert type(revived) is expected


def test_a_timeout_names_whole_seconds_without_a_point():
    timeout = ConnectTimeout(host="nas", port=7333, seconds=10.0)

    assert str(timeout) == "nas port 7333 did not answer within 10 seconds."


def test_every_refusal_of_a_path_has_its_words():
    assert set(REFUSED_PATH_TEXTS) == set(RefusedPath)
