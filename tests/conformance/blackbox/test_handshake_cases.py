"""Each case of the handshake fails at the listener that does what it forbids, and says what that was."""

import pytest

from conformance.blackbox.handshake_cases import HANDSHAKE_CASES
from conformance.verdict import State
from tests.conformance.blackbox.pretender import GENERATED, cases_of, judged

# Fault → case, how its failure begins.
FAULTS = {
    "hurries its client": ("tcp-answer-alone", "goes on behind its answer with 5 bytes"),
    "falls back": ("tcp-other-mode", "answers an offer of the other mode with an acceptance"),
    "keeps who was refused": ("tcp-other-mode", "does not end the connection behind its alert"),
    "takes any offer": ("tcp-no-common-ground", "answers an offer of an older version with an acceptance"),
    "refuses newer clients": ("tcp-more-than-known", "refuses an offer of more than it knows with VERSION"),
    "repeats its nonce": ("tcp-fresh-answers", "has the same nonce in two answers"),
    "takes any key": ("tcp-random-key", "a random key is accepted"),
    "is silent about a wrong key": ("tcp-random-key", "a random key: ends the connection after 0 of 40"),
    "calls a wrong key busy": ("tcp-random-key", "a random key is answered with 0203"),
    "takes shares of low order": ("tcp-low-order-shares", "the share 0000…, which needs no key, is accepted"),
    "answers questions before a proof": (
        "tcp-paths-before-proof",
        "a question for '/' in the place of a proof: ends the connection after",
    ),
}


@pytest.mark.parametrize("case", [id for id in cases_of(HANDSHAKE_CASES) if id != "tcp-near-keys"])
def test_an_honest_listener_passes(case: str) -> None:
    result = judged(case)

    assert (result.state, result.message) == (State.PASS, "")


@pytest.mark.parametrize(("fault", "case", "complaint"), [(fault, *row) for fault, row in FAULTS.items()])
def test_a_fault_is_found_by_its_case(fault: str, case: str, complaint: str) -> None:
    result = judged(case, fault)

    assert (result.state, result.message[: len(complaint)]) == (State.FAIL, complaint)


@pytest.mark.parametrize("case", ["tcp-paths-before-proof", "tcp-replayed-session"])
def test_a_listener_that_takes_any_key_is_found_by_other_cases_too(case: str) -> None:
    result = judged(case, "takes any key")

    assert result.state is State.FAIL
    assert "is accepted" in result.message


def test_keys_that_are_nearly_right_are_refused() -> None:
    assert judged("tcp-near-keys", key=GENERATED).state is State.PASS


def test_a_key_that_is_nearly_right_and_taken_is_told() -> None:
    result = judged("tcp-near-keys", "takes any key", key=GENERATED)

    assert (result.state, result.message) == (State.FAIL, "a password that is one letter longer is accepted")


def test_the_cases_without_a_key_make_few_guesses_at_it() -> None:
    result = judged("tcp-paths-before-proof")

    assert len(result.steps) == 3


def test_what_was_tried_is_in_the_steps() -> None:
    [step] = judged("tcp-random-key").steps

    assert (step.op, step.params, step.answer["verdict"][:4]) == ("proof", {"of": "a random key"}, "0204")
