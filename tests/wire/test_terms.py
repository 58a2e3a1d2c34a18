"""What a listener chooses from an offer, and what a client accepts as an answer."""

from dataclasses import replace

import pytest

from psync.wire.greeting import Alert, Answer, Offer
from psync.wire.keys import Mode
from psync.wire.refusal import Refusal
from psync.wire.terms import Terms

NONCE, POINT, LISTENER_ID = b"\x11" * 32, b"\x22" * 32, b"\x33" * 16
TERMS = Terms(Mode.KEYED)
OFFER = Offer(1, 1, 1, mode=1, record_log2_max=20, nonce=NONCE)
ANSWER = Answer(1, 0, 1, mode=1, record_log2_max=20, listener_id=LISTENER_ID, nonce=NONCE, point=POINT)


def test_an_offer_says_what_this_version_can_do():
    assert TERMS.offer(NONCE) == OFFER
    assert Terms(Mode.UNKEYED).offer(NONCE) == replace(OFFER, mode=0)


@pytest.mark.parametrize(
    ("offer", "chosen"),
    [
        pytest.param(OFFER, ANSWER, id="the same"),
        pytest.param(replace(OFFER, version_min=0, version_max=9), ANSWER, id="more versions"),
        pytest.param(replace(OFFER, suites=0x8001), ANSWER, id="more suites"),
        pytest.param(replace(OFFER, record_log2_max=255), ANSWER, id="larger records"),
    ],
)
def test_a_listener_chooses_the_best_that_both_can_do(offer: Offer, chosen: Answer):
    assert TERMS.objection(offer) is None
    assert TERMS.answer(offer, LISTENER_ID, NONCE, POINT) == chosen


@pytest.mark.parametrize(
    ("offer", "alert"),
    [
        pytest.param(replace(OFFER, version_min=2, version_max=3), Alert.VERSION, id="later versions only"),
        pytest.param(replace(OFFER, version_min=0, version_max=0), Alert.VERSION, id="earlier versions only"),
        pytest.param(replace(OFFER, version_min=2, version_max=1), Alert.VERSION, id="no version at all"),
        pytest.param(replace(OFFER, suites=0), Alert.VERSION, id="no suite"),
        pytest.param(replace(OFFER, suites=0xFFFE), Alert.VERSION, id="other suites only"),
        pytest.param(replace(OFFER, record_log2_max=19), Alert.VERSION, id="records too small"),
        pytest.param(replace(OFFER, mode=0), Alert.MODE_MISMATCH, id="unkeyed"),
        pytest.param(replace(OFFER, mode=2), Alert.MODE_MISMATCH, id="a mode of a later version"),
        pytest.param(replace(OFFER, mode=0, version_min=2), Alert.VERSION, id="version before mode"),
    ],
)
def test_a_listener_objects_to_what_it_cannot_do(offer: Offer, alert: Alert):
    assert TERMS.objection(offer) == alert


def test_whoever_is_refused_learns_version_and_mode_and_not_who_refuses():
    assert TERMS.answer_refusing(Alert.BUSY) == Answer(1, 3, 0, 1, 0, bytes(16), bytes(32), bytes(32))


def test_a_client_accepts_what_it_offered():
    assert TERMS.refusal(ANSWER) is None


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        pytest.param(replace(ANSWER, alert=Alert.VERSION), Refusal.VERSION, id="alert: version"),
        pytest.param(replace(ANSWER, alert=Alert.MODE_MISMATCH), Refusal.MODE_MISMATCH, id="alert: mode"),
        pytest.param(replace(ANSWER, alert=Alert.BUSY), Refusal.BUSY, id="alert: busy"),
        pytest.param(replace(ANSWER, alert=Alert.KEY_MISMATCH), Refusal.VERSION, id="alert out of place"),
        pytest.param(replace(ANSWER, alert=200), Refusal.VERSION, id="alert of a later version"),
        pytest.param(replace(ANSWER, version=0), Refusal.VERSION, id="an earlier version"),
        pytest.param(replace(ANSWER, version=2), Refusal.VERSION, id="a later version"),
        pytest.param(replace(ANSWER, suite=0), Refusal.VERSION, id="no suite"),
        pytest.param(replace(ANSWER, suite=3), Refusal.VERSION, id="two suites"),
        pytest.param(replace(ANSWER, mode=0), Refusal.MODE_MISMATCH, id="unkeyed"),
        pytest.param(replace(ANSWER, record_log2_max=19), Refusal.VERSION, id="records too small"),
        pytest.param(replace(ANSWER, record_log2_max=21), Refusal.VERSION, id="records larger than offered"),
    ],
)
def test_a_client_refuses_what_it_did_not_offer(answer: Answer, refusal: Refusal):
    assert TERMS.refusal(answer) == refusal
