"""Causes of a refused handshake, and the operator messages that stand for them."""

from psync.core import errors
from psync.wire.refusal import HandshakeRefused, Refusal


def test_every_cause_has_its_operator_message():
    codes = {failure.code for failure in errors.ConnectionFailure.__subclasses__()}

    assert {refusal.value for refusal in Refusal} <= codes


def test_a_refusal_carries_its_cause_and_what_to_send():
    refused = HandshakeRefused(Refusal.BUSY, b"reply")

    assert (refused.code, refused.reply) == (Refusal.BUSY, b"reply")
