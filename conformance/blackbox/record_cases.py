"""Sessions: that there is one for whoever has the key, and what ends one."""

from collections.abc import Callable

from conformance.blackbox.caller import Caller
from conformance.blackbox.case import Case, Needs, Violated, demand
from conformance.blackbox.garbage_cases import demand_service
from conformance.blackbox.messages import Close, Credit, Fail, Open, Opened, Ping, Pong, encode
from conformance.blackbox.records import LENGTH_MAX, LENGTH_MIN
from conformance.blackbox.session import FIRST_STREAM, Session
from conformance.blackbox.wire import Unanswered

# Sends what has to end the session.
Misdeed = Callable[[Session], None]


def session(caller: Caller) -> None:
    """Hello with a proven identity was seen when the session began; then it answers, and says goodbye."""
    with caller.session() as opened:
        caller.note("hello", {}, {"software": opened.hello.software})
        for number in (1, 2**63 - 1):
            opened.say(Ping(number))
            answer = _heard(opened, "Pong")
            demand(answer == Pong(number), f"answers Ping {number} with {answer}")
        opened.say(Close())
        words = [word for word in _last_words(caller, opened) if not isinstance(word, Credit)]
        demand(words == [Close()], f"answers Close with {words or 'nothing'}")
        demand(opened.wire.is_ended, "does not end the connection behind both Closes")


def one_connection(caller: Caller) -> None:
    """A question for a folder is answered on the connection of the handshake, and nowhere else."""
    with caller.session() as opened:
        answer = opened.ask(Open("posix", b"/"))
        caller.note("open", {"path": "/"}, {"kind": type(answer).__name__})
        demand(isinstance(answer, Opened | Fail), f"answers a question for '/' with {answer}")


def _ending(misdeeds: dict[str, Misdeed]) -> Callable[[Caller], None]:
    """Make a check: each misdeed ends its session, and a Ping behind it is not answered."""

    def check(caller: Caller) -> None:
        for name, misdeed in misdeeds.items():
            with caller.session() as opened:
                misdeed(opened)
                opened.say(Ping(99))
                words = _last_words(caller, opened)
                caller.note("record", {"is": name}, {"said": [type(word).__name__ for word in words]})
                answers = [word for word in words if not isinstance(word, Close | Ping | Credit)]
                demand(not answers, f"{name} is answered with {answers}")
                demand(Close() not in words, f"{name} ends as if all were well")
                demand(opened.wire.is_ended, f"goes on after {name}")
        demand_service(caller)

    return check


def _heard(opened: Session, what: str) -> object:
    try:
        return opened.hear(what)
    except Unanswered as unanswered:
        raise Violated(str(unanswered)) from None


def _last_words(caller: Caller, opened: Session) -> list[object]:
    try:
        return [*opened.last_words(caller.deadlines.prompt)]
    except Unanswered as unanswered:
        raise Violated(str(unanswered)) from None


def _flip(place: int) -> Misdeed:
    def misdeed(opened: Session) -> None:
        record = bytearray(opened.sending.seal(encode(Ping(1))))
        record[place] ^= 1
        opened.wire.send(bytes(record))

    return misdeed


def _replay(opened: Session) -> None:
    record = opened.say(Ping(1))
    answer = _heard(opened, "Pong")
    demand(answer == Pong(1), f"answers Ping with {answer}")
    opened.wire.send(record)


def _swap(opened: Session) -> None:
    first, second = (opened.sending.seal(encode(Ping(number))) for number in (1, 2))
    opened.wire.send(second + first)


def _leave_out(opened: Session) -> None:
    opened.sending.number += 1


def _reflect(opened: Session) -> None:
    opened.say(Ping(1))
    start = len(opened.wire.received)
    _heard(opened, "Pong")
    opened.wire.send(bytes(opened.wire.received[start:]))


def _in_clear(opened: Session) -> None:
    plaintext = encode(Open("posix", b"/"), FIRST_STREAM)
    opened.wire.send(len(plaintext).to_bytes(4, "big") + plaintext)


def _announce(length: int) -> Misdeed:
    return lambda opened: opened.wire.send(length.to_bytes(4, "big"))


RECORD_CASES = (
    Case(
        "tcp-session-unkeyed",
        ("PS-ENC-01",),
        "With nothing configured on either side there is a session, and it is encrypted.",
        session,
        Needs.UNKEYED_SESSION,
    ),
    Case(
        "tcp-session-keyed",
        ("PS-ENC-04",),
        "Whoever has the key has a session, with a listener that has proven itself.",
        session,
        Needs.KEYED_SESSION,
    ),
    Case(
        "tcp-one-connection",
        ("PS-PORT-02",),
        "Handshake, questions and answers share one connection to one port.",
        one_connection,
    ),
    Case(
        "tcp-record-flipped-bit",
        ("PS-ENC-08",),
        "One flipped bit ends the connection, and nothing is answered.",
        _ending({"a flipped bit of the text": _flip(5), "a flipped bit of the tag": _flip(-1)}),
    ),
    Case(
        "tcp-record-replayed",
        ("PS-ENC-08",),
        "A record that was already sent ends the connection.",
        _ending({"a record sent twice": _replay}),
    ),
    Case(
        "tcp-record-out-of-order",
        ("PS-ENC-08",),
        "Records that were swapped or left out end the connection.",
        _ending({"a record before its turn": _swap, "a record that is missing": _leave_out}),
    ),
    Case(
        "tcp-record-reflected",
        ("PS-ENC-08",),
        "The listener's own record, sent back to it, ends the connection.",
        _ending({"a record of the listener's own": _reflect}),
    ),
    Case(
        "tcp-record-in-clear",
        ("PS-ENC-07", "PS-ENC-02"),
        "A record in clear ends the connection, and what it asks is not answered.",
        _ending({"a question in clear": _in_clear}),
    ),
    Case(
        "tcp-record-length",
        ("PS-ENC-08",),
        "A length out of range ends the connection before anything behind it is read.",
        _ending(
            {
                f"a record of {length:,} bytes": _announce(length)
                for length in (0, LENGTH_MIN - 1, LENGTH_MAX + 1, 2**32 - 1)
            }
        ),
    ),
)
