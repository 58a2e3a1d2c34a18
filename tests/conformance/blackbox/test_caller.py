"""A caller tries a busy listener again, and learns from answers what machine it is on."""

import pytest

from conformance.blackbox.caller import Busy, Caller, Host, Refused
from conformance.blackbox.key import Key
from conformance.verdict import State
from tests.conformance.blackbox.pretender import DEADLINES, GENERATED, Pretender, judged

KEY = Key("another", GENERATED.password)


def caller(pretender: Pretender, key: Key | None = None) -> Caller:
    return Caller(pretender.dial, key or pretender.key, DEADLINES)


def test_a_listener_that_stays_busy_is_given_up() -> None:
    with (
        Pretender("calls a wrong key busy", key=KEY) as pretender,
        pytest.raises(Busy, match="takes no"),
    ):
        caller(pretender, GENERATED).session()


def test_a_refusal_names_its_alert_and_the_listeners_mode() -> None:
    with Pretender() as pretender, pytest.raises(Refused, match="with MODE_MISMATCH") as refused:
        caller(pretender, KEY).session()

    assert refused.value.mode == 0


def test_the_machine_is_learned_from_answers() -> None:
    with Pretender() as pretender:
        assert caller(pretender).host == Host("posix", True)


def test_the_secret_is_computed_once() -> None:
    with Pretender() as pretender:
        one = caller(pretender, KEY)
        assert one.prs is one.prs


@pytest.mark.parametrize("case", ["tcp-more-than-known", "tcp-no-common-ground", "tcp-replayed-session"])
def test_a_busy_listener_is_no_faulty_one(case: str) -> None:
    result = judged(case, "is busy after one session")

    assert (result.state, result.message) == (State.ERROR, "the listener takes no further connection now")
