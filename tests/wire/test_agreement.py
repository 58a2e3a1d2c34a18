"""What both sides compute from the messages of a handshake, and what it depends on."""

import pytest

from psync.wire.agreement import Agreement, agree, own_point
from psync.wire.cpace import LowOrderPoint, scalar_of
from psync.wire.greeting import Answer
from psync.wire.keys import Mode, Secret
from psync.wire.terms import Terms
from tests.wire import independent

PRS = Secret(b"p" * 32)
CLIENT_SCALAR, LISTENER_SCALAR = scalar_of(b"c" * 32), scalar_of(b"l" * 32)
CLIENT_NONCE, LISTENER_NONCE = b"\x11" * 32, b"\x22" * 32

TERMS = Terms(Mode.KEYED)
OFFER = TERMS.offer(CLIENT_NONCE)
POINTS = {
    scalar: own_point(PRS, scalar, CLIENT_NONCE, LISTENER_NONCE)
    for scalar in (CLIENT_SCALAR, LISTENER_SCALAR)
}
ANSWER = TERMS.answer(OFFER, b"\x33" * 16, LISTENER_NONCE, POINTS[LISTENER_SCALAR])


def client_side(offer: bytes = OFFER.encode(), answer: bytes = ANSWER.encode()) -> Agreement:
    return agree(CLIENT_SCALAR, Answer.decode(answer).point, offer, answer, POINTS[CLIENT_SCALAR])


def listener_side(offer: bytes = OFFER.encode(), answer: bytes = ANSWER.encode()) -> Agreement:
    return agree(LISTENER_SCALAR, POINTS[CLIENT_SCALAR], offer, answer, POINTS[CLIENT_SCALAR])


def test_both_sides_agree():
    assert client_side() == listener_side()


def test_the_two_tags_differ():
    assert client_side().client_tag != client_side().listener_tag


@pytest.mark.parametrize("place", range(96), ids=str)
def test_sides_that_saw_another_answer_do_not_agree(place: int):
    answer = bytearray(ANSWER.encode())
    answer[place] ^= 0x80

    changed = client_side(answer=bytes(answer))

    assert changed.client_tag != listener_side().client_tag
    assert changed.schedule != listener_side().schedule


@pytest.mark.parametrize("place", range(64), ids=str)
def test_sides_that_saw_another_offer_do_not_agree(place: int):
    offer = bytearray(OFFER.encode())
    offer[place] ^= 0x80

    changed = listener_side(offer=bytes(offer))

    assert changed.client_tag != client_side().client_tag
    assert changed.schedule != client_side().schedule


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((Secret(b"q" * 32), CLIENT_SCALAR, CLIENT_NONCE, LISTENER_NONCE), id="secret"),
        pytest.param((PRS, LISTENER_SCALAR, CLIENT_NONCE, LISTENER_NONCE), id="scalar"),
        pytest.param((PRS, CLIENT_SCALAR, LISTENER_NONCE, CLIENT_NONCE), id="nonces"),
    ],
)
def test_a_share_depends_on_everything(arguments: tuple[Secret, bytes, bytes, bytes]):
    assert own_point(*arguments) != POINTS[CLIENT_SCALAR]


def test_a_share_of_low_order_is_no_agreement():
    with pytest.raises(LowOrderPoint):
        agree(LISTENER_SCALAR, bytes(32), OFFER.encode(), ANSWER.encode(), bytes(32))


def test_another_implementation_computes_the_same_tags():
    peer = independent.Client(PRS.reveal(), OFFER.encode())

    proof = peer.take_m2(ANSWER.encode())

    agreement = agree(LISTENER_SCALAR, proof[:32], OFFER.encode(), ANSWER.encode(), proof[:32])
    assert peer.tags == (agreement.client_tag, agreement.listener_tag)
    assert peer.prk == agreement.schedule.prk.reveal()
