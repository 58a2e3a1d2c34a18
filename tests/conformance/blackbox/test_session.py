"""A session begins with a listener that has proven who it is, and tells garbage from answers."""

import pytest

from conformance.blackbox.caller import Caller
from conformance.blackbox.messages import Close, Fail, Open, Opened, Ping, Pong, encode
from conformance.blackbox.session import Session
from conformance.blackbox.wire import Unanswered
from tests.conformance.blackbox.pretender import DEADLINES, Pretender


def session(pretender: Pretender) -> Session:
    return Caller(pretender.dial, pretender.key, DEADLINES).session()


def test_it_asks_and_says_goodbye() -> None:
    with Pretender() as pretender, session(pretender) as opened:
        assert opened.hello.software == "pretender 1"
        opened.say(Ping(3))
        assert opened.hear("Pong") == Pong(3)
        assert opened.ask(Open("posix", b"/absent")) == Opened(False, "posix", 1, False, 0)


def test_whoever_knows_more_messages_hears_them_as_they_came() -> None:
    with Pretender() as pretender, session(pretender) as opened:
        opened.say(Open("posix", b"/absent"), 1)

        assert opened.hear_plaintext("Opened") == encode(Opened(False, "posix", 1, False, 0), 1)


def test_a_refusal_is_an_answer() -> None:
    with Pretender() as pretender, session(pretender) as opened:
        answer = opened.ask(Open("posix", b"/a/../b"))

    assert isinstance(answer, Fail)
    assert answer.fields["reason"] == "DOTDOT"


def test_the_last_words_are_all_that_came() -> None:
    with Pretender() as pretender, session(pretender) as opened:
        opened.say(Ping(1))
        opened.say(Close())
        assert (opened.last_words(2), opened.wire.is_ended) == ([Pong(1), Close()], True)


def test_a_folder_is_never_opened_as_a_target() -> None:
    with Pretender() as pretender, session(pretender) as opened, pytest.raises(AssertionError):
        opened.ask(Open("posix", b"/a", "target"))


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("shows another key", "shows another public key than it has announced"),
        ("signs something else", "has not signed this connection"),
        ("offers a share of low order", "offers a share that makes the agreed secret zero"),
        ("does not prove itself", "accepts and does not prove that it knows the key"),
    ],
)
def test_a_listener_that_is_not_who_it_says_is_told(fault: str, complaint: str) -> None:
    with Pretender(fault) as pretender, pytest.raises(Unanswered, match=complaint):
        session(pretender)


def test_a_listener_that_never_comes_to_the_point_is_given_up() -> None:
    with Pretender("pings without end") as pretender, session(pretender) as opened:
        opened.say(Ping(1))
        with pytest.raises(Unanswered, match="sends 1,000 other messages, Pong is due"):
            opened.hear("Pong")


def test_garbage_in_the_place_of_an_answer_is_told() -> None:
    with (
        Pretender("echoes paths in clear") as pretender,
        session(pretender) as opened,
        pytest.raises(Unanswered, match=r"sends a record of [0-9]+ bytes, the answer to Open is due"),
    ):
        opened.ask(Open("posix", b"/qqtest"))
