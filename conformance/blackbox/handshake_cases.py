"""What a listener does before anybody has proven anything, and with those who prove it wrongly.

A proof that is wrong counts as a guess at the key, and a listener may delay those who guess. So
there are few of them: at most eleven in a whole run.
"""

import os
from typing import Any

from conformance.blackbox.agreement import ZERO
from conformance.blackbox.caller import Caller, Met
from conformance.blackbox.case import Case, Needs, demand
from conformance.blackbox.frames import (
    ALERTS,
    ANSWER_BYTES,
    KEY_MISMATCH,
    MODE_MISMATCH,
    OFFER_BYTES,
    PROOF_BYTES,
    VERSION,
    Answer,
    Offer,
    agree,
    refusal,
)
from conformance.blackbox.key import Key
from conformance.blackbox.messages import Open, encode
from conformance.blackbox.wire import Unanswered, Wire

# Where a scalar is multiplied to zero, whatever it is: X25519's points of order 1 and 4, of which 0 and 1 are two.
LOW_ORDER_SHARES = (ZERO, (1).to_bytes(32, "little"))

EXISTING_PATH, OUTSIDE_PATH = b"/", b"/../../etc"


def answer_alone(caller: Caller) -> None:
    """Nothing before the offer, one answer after it, nothing behind that."""
    with caller.wire() as wire:
        early = wire.rest(caller.deadlines.quiet)
        demand(not early, f"says {early[:40]!r} before it was asked")
        demand(not wire.is_ended, "ends the connection before it was asked")
        met = caller.offer(wire, caller.mode)
        late = wire.rest(caller.deadlines.quiet)
        demand(not late, f"goes on behind its answer with {len(late)} bytes")
        demand(not wire.is_ended, "ends the connection behind its answer")
        caller.note("offer", {"mode": caller.mode}, {"bytes": ANSWER_BYTES, "mode": met.answer.mode})


def other_mode(caller: Caller) -> None:
    """An offer with a key to a listener without one, or the other way round."""
    answer = refused_offer(caller, Offer(1 - caller.mode, os.urandom(32)))
    demand(answer.alert == MODE_MISMATCH, f"answers an offer of the other mode with {_told(answer)}")
    demand(answer.mode == caller.mode, f"names mode {answer.mode}, and is in mode {caller.mode}")


NO_COMMON_GROUND: dict[str, dict[str, Any]] = {
    "an older version": {"versions": (0, 0)},
    "a newer version": {"versions": (2, 9)},
    "versions in the wrong order": {"versions": (2, 1)},
    "no suite": {"suites": 0},
    "suites that nobody knows": {"suites": 0xFFFE},
    "smaller records": {"record_log2": 19},
}


def no_common_ground(caller: Caller) -> None:
    """Offers that leave nothing to agree on are refused, not talked down."""
    for name, change in NO_COMMON_GROUND.items():
        answer = refused_offer(caller, _changed(caller, **change))
        demand(answer.alert == VERSION, f"answers an offer of {name} with {_told(answer)}")


def more_than_known(caller: Caller) -> None:
    """Offers of more than the listener knows are answered with what it knows."""
    offer = _changed(caller, versions=(1, 200), suites=0xFFFF, record_log2=31, reserved=0xFF)
    with caller.wire() as wire:
        answer = caller.greet(wire, offer.encode()).answer
        caller.note("offer", {"versions": [1, 200], "suites": 0xFFFF}, {"alert": answer.alert})
        demand(not answer.alert, f"refuses an offer of more than it knows with {_told(answer)}")


def fresh_answers(caller: Caller) -> None:
    """A listener that repeats its nonce or its share could be met with what was recorded."""
    answers = []
    for _ in range(2):
        with caller.wire() as wire:
            answers.append(caller.offer(wire, caller.mode).answer)
    first, second = answers
    demand(first.nonce != second.nonce, "has the same nonce in two answers")
    demand(first.share != second.share, "has the same share in two answers")
    demand(first.listener_id == second.listener_id, "names itself otherwise in the second answer")


def random_key(caller: Caller) -> None:
    """A secret that nobody can know."""
    _refuse_secret(caller, os.urandom(32), "a random key")


def near_keys(caller: Caller) -> None:
    """Keys that differ from the right one in little: one letter, or the border between the two."""
    user, password = caller.key.user, caller.key.password
    letters, border = user + password, len(user) + (1 if password else -1)
    for name, key in {
        "a password that is one letter longer": Key(user, password + "x"),
        "the same letters, divided otherwise between user name and password": Key(
            letters[:border], letters[border:]
        ),
        "another user name": Key(f"{user}x", password),
    }.items():
        _refuse_secret(caller, key.secret(), name)


def low_order_shares(caller: Caller) -> None:
    """A share that makes K zero: who sends it needs no key to compute the tag."""
    for share in LOW_ORDER_SHARES:
        with caller.wire() as wire:
            met = caller.offer(wire, caller.mode)
            agreement = agree(ZERO, met.offer, met.data, share)
            wire.send(share + agreement.client_tag)
            _demand_refusal(caller, wire, f"the share {share[:2].hex()}…, which needs no key,")


def paths_before_proof(caller: Caller) -> None:
    """A path named in clear in the place of a proof: one that is there, one that is not, one outside."""
    absent = b"/" + os.urandom(8).hex().encode()
    for path in (EXISTING_PATH, absent, OUTSIDE_PATH):
        with caller.wire() as wire:
            caller.offer(wire, caller.mode)
            wire.send(_question_in_clear(path))
            _demand_refusal(caller, wire, f"a question for {path.decode()!r} in the place of a proof")


def replayed_session(caller: Caller) -> None:
    """What a client once sent, sent again by somebody who has recorded it."""
    with caller.session() as session:
        recorded = bytes(session.wire.sent)
    with caller.wire() as wire:
        answer = caller.greet(wire, recorded[:OFFER_BYTES]).answer
        demand(not answer.alert, f"answers an offer that it has seen with {_told(answer)}")
        wire.send(recorded[OFFER_BYTES : OFFER_BYTES + PROOF_BYTES])
        _demand_refusal(caller, wire, "a proof that was made for another connection")


def refused_offer(caller: Caller, offer: Offer) -> Answer:
    """Send an offer that has to be refused, and see the connection end behind the answer."""
    with caller.wire() as wire:
        answer = caller.greet(wire, offer.encode()).answer
        caller.note("offer", {"mode": offer.mode, "versions": list(offer.versions)}, {"alert": answer.alert})
        if answer.alert:
            _demand_end(caller, wire, f"its alert {_told(answer)}")
        return answer


def _refuse_secret(caller: Caller, secret: bytes, name: str) -> None:
    with caller.wire() as wire:
        met: Met = caller.offer(wire, caller.mode)
        try:
            _, verdict = caller.prove(wire, met, secret)
        except Unanswered as silent:
            demand(False, f"{name}: {silent}")
            return
        _judge_refusal(caller, wire, verdict, name)


def _demand_refusal(caller: Caller, wire: Wire, name: str) -> None:
    """See a refusal, no byte more, and the end."""
    try:
        verdict = wire.read(len(refusal(0)), "the verdict")
    except Unanswered as silent:
        demand(False, f"{name}: {silent}")
        return
    _judge_refusal(caller, wire, verdict, name)


def _judge_refusal(caller: Caller, wire: Wire, verdict: bytes, name: str) -> None:
    caller.note("proof", {"of": name}, {"verdict": verdict.hex()})
    demand(verdict[:1] != b"\1", f"{name} is accepted")
    demand(
        verdict == refusal(KEY_MISMATCH),
        f"{name} is answered with {verdict.hex()}, and not as a wrong key is",
    )
    _demand_end(caller, wire, f"the refusal of {name}")


def _demand_end(caller: Caller, wire: Wire, what: str) -> None:
    more = wire.rest(caller.deadlines.prompt)
    demand(not more, f"sends {len(more)} bytes behind {what}")
    demand(wire.is_ended, f"does not end the connection behind {what}")


def _question_in_clear(path: bytes) -> bytes:
    """An Open as a record that was not sealed, with as many bytes as a proof has."""
    for length in range(PROOF_BYTES):
        plaintext = encode(Open("posix", path, job="x" * length), 1)
        record = len(plaintext).to_bytes(4, "big") + plaintext
        if len(record) == PROOF_BYTES:
            return record
    raise AssertionError(path)


def _changed(caller: Caller, **change: Any) -> Offer:
    return Offer(**{"mode": caller.mode, "nonce": os.urandom(32), **change})


def _told(answer: Answer) -> str:
    return ALERTS.get(answer.alert, "an acceptance")


HANDSHAKE_CASES = (
    Case(
        "tcp-answer-alone",
        ("PS-PORT-02", "PS-ENC-02"),
        "On the port there is nothing but the answer to an offer.",
        answer_alone,
        Needs.NOTHING,
    ),
    Case(
        "tcp-other-mode",
        ("PS-ENC-06", "PS-ENC-07"),
        "A key on one side only is refused: there is no fallback.",
        other_mode,
        Needs.NOTHING,
    ),
    Case(
        "tcp-no-common-ground",
        ("PS-ENC-07",),
        "What leaves nothing to agree on is refused.",
        no_common_ground,
        Needs.NOTHING,
    ),
    Case(
        "tcp-more-than-known",
        ("PS-ENC-07",),
        "An offer of more than the listener knows is answered with what it knows.",
        more_than_known,
        Needs.NOTHING,
    ),
    Case(
        "tcp-fresh-answers",
        ("PS-ENC-08",),
        "No two answers have a nonce or a share in common.",
        fresh_answers,
        Needs.NOTHING,
    ),
    Case(
        "tcp-random-key",
        ("PS-ENC-06", "PS-ENC-08", "PS-ERR-07"),
        "A key that nobody has is refused.",
        random_key,
        Needs.NOTHING,
    ),
    Case(
        "tcp-near-keys",
        ("PS-ENC-05", "PS-ENC-06", "PS-ERR-07"),
        "Keys that are nearly right are refused like any other.",
        near_keys,
        Needs.KEYED_SESSION,
    ),
    Case(
        "tcp-low-order-shares",
        ("PS-ENC-06", "PS-ENC-08"),
        "A share that makes the agreed secret zero is refused.",
        low_order_shares,
        Needs.NOTHING,
    ),
    Case(
        "tcp-paths-before-proof",
        ("PS-ENC-10",),
        "Who has proven nothing learns nothing of any path.",
        paths_before_proof,
        Needs.NOTHING,
    ),
    Case("tcp-replayed-session", ("PS-ENC-08",), "A recorded session opens nothing.", replayed_session),
)
