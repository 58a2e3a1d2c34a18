"""What client and listener compute alike from the messages of a handshake.

CPace with the listener as initiator, since its share goes out first, in the
answer. Its associated data is the head of the answer, the client's the whole
offer: everything that was negotiated enters the key, and each proof covers it
once more through the transcript.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from psync.wire.cpace import Share, generator, intermediate_key, multiply
from psync.wire.greeting import ANSWER_HEAD_BYTES, Answer, Offer
from psync.wire.keys import KeySchedule, Role, Secret

_CHANNEL = b"psync/1"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The keys, and by which `tag` (32 bytes) each side shows that it has them."""

    schedule: KeySchedule
    client_tag: bytes
    listener_tag: bytes


def own_point(prs: Secret, scalar: X25519PrivateKey, client_nonce: bytes, listener_nonce: bytes) -> bytes:
    """Compute the share that one side sends: 32 bytes."""
    return multiply(scalar, generator(prs.reveal(), _CHANNEL, client_nonce + listener_nonce))


def agree(
    scalar: X25519PrivateKey, peer_point: bytes, offer: bytes, answer: bytes, client_point: bytes
) -> Agreement:
    """Compute keys and tags; `offer` and `answer` as they went over the wire.

    `peer_point` is the other side's share: the one in `answer`, or `client_point`.
    Raises `LowOrderPoint`.
    """
    listener = Answer.decode(answer)
    session = Offer.decode(offer).nonce + listener.nonce
    key = intermediate_key(
        session,
        multiply(scalar, peer_point),
        initiator=Share(listener.point, answer[:ANSWER_HEAD_BYTES]),
        responder=Share(client_point, offer),
    )
    return _confirm(KeySchedule.start(key), hashlib.sha256(offer + answer + client_point).digest())


def _confirm(schedule: KeySchedule, transcript: bytes) -> Agreement:
    client_key = schedule.confirmation_key(Role.CLIENT, transcript)
    client_tag = hmac.digest(client_key.reveal(), transcript, "sha256")
    listener_key = schedule.confirmation_key(Role.LISTENER, transcript)
    listener_tag = hmac.digest(listener_key.reveal(), transcript + client_tag, "sha256")
    return Agreement(schedule, client_tag, listener_tag)
