"""The handshake: two round trips from a fresh stream to keys that only the two sides have.

Sans-IO: bytes in, bytes out. There is no clock (the engine ends a handshake that
takes too long), no randomness (nonce and scalar are given) and no stretching
(the PRS is given).

    Offer →          the terms stand in the open and enter the key agreement,
    ← Answer         so that whoever changed them on the way breaks both proofs
    Proof →
    ← Verdict

The client proves first. A listener thereby sees, counts and slows down every
guess at the key. The other way round, an impostor of a listener gets one guess
for each call of a client, which is why `has_unanswered_proof` exists.

Deliberately absent: lengths and extensions before authentication, any fallback
(keyed and unkeyed never meet), and resumption (a handshake costs a millisecond).
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from psync.wire import cpace, greeting
from psync.wire.agreement import Agreement, agree, own_point
from psync.wire.greeting import Alert, Answer, Offer, Proof, Verdict, VerdictKind
from psync.wire.identity import Identity
from psync.wire.keys import Mode, Role, Secret, SessionKeys, mode_of
from psync.wire.refusal import HandshakeRefused, Refusal
from psync.wire.terms import Terms

RANDOM_BYTES = greeting.NONCE_BYTES + cpace.SCALAR_BYTES

_VERDICT_ALERTS: dict[int, Refusal] = {
    Alert.BUSY: Refusal.BUSY,
    Alert.KEY_MISMATCH: Refusal.KEY_MISMATCH,
}


@dataclass(frozen=True, slots=True)
class Established:
    """A finished handshake: each side knows that the other has the same key.

    `transcript`: 32 bytes, what a listener's identity signs. `listener_id`: 16
    bytes, a claim until the identity is verified. `connection_id`: 8 bytes, safe
    to log. `trailing`: what came behind the
    last message, the beginning of the peer's first sealed record.
    """

    keys: SessionKeys
    transcript: bytes
    listener_id: bytes
    connection_id: bytes
    version: int
    trailing: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """What a call of `receive` led to: bytes to `send` (often none), and the end, once it is reached."""

    send: bytes
    established: Established | None


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A message to come: how it begins, how long it is, who takes it and gives what to send."""

    prefix: bytes
    size: int
    take: Callable[[bytes], bytes]


class Handshake:
    """One side of one handshake.

    `random` is 64 fresh bytes, used for nothing else. A listener brings its
    `identity`. Send `opening` (nothing, for a listener), then feed `receive` until
    it gives `Established` or raises `HandshakeRefused`; after that, no more.
    """

    _agreement: Agreement

    def __init__(
        self,
        role: Role,
        prs: Secret,
        mode: Mode,
        random: bytes,
        identity: Identity | None = None,
    ) -> None:
        assert mode is mode_of(prs), "an unkeyed handshake has the constant secret, a keyed one another"
        assert len(random) == RANDOM_BYTES
        assert (identity is None) == (role is Role.CLIENT), "a listener has an identity, a client none"
        self._role = role
        self._prs = prs
        self._terms = Terms(mode)
        self._nonce = random[: greeting.NONCE_BYTES]
        self._scalar = cpace.scalar_of(random[greeting.NONCE_BYTES :])
        self._listener_id = identity.listener_id if identity else b""
        self._is_busy = False
        self._has_unanswered_proof = False
        self._established: Established | None = None
        self._buffer = bytearray()
        self._awaited = self._plan()
        self.opening = self._terms.offer(self._nonce).encode() if role is Role.CLIENT else b""
        # Every message so far, both ways, as it went over the wire.
        self._messages = self.opening

    @property
    def has_unanswered_proof(self) -> bool:
        """Whether a client has shown its proof and got none back.

        Whoever answers could then test one guess at the key. However such a
        connection ends, it counts as a mismatch.
        """
        return self._has_unanswered_proof

    def refuse_busy(self) -> None:
        """Make a listener answer its next message with BUSY, if nothing worse is wrong with it."""
        assert self._role is Role.LISTENER
        self._is_busy = True

    def receive(self, data: bytes) -> Progress:
        """Take bytes from the peer, in pieces of any size.

        Raises `HandshakeRefused`, and nothing else, whatever the bytes.
        """
        assert self._awaited, "the handshake is over"
        self._buffer += data
        send = b""
        try:
            while self._awaited and (message := self._next_message()):
                send += self._awaited.pop(0).take(message)
        except HandshakeRefused as refused:
            self._awaited.clear()
            refused.reply = send + refused.reply
            raise
        return Progress(send, self._established)

    def _plan(self) -> list[_Awaited]:
        if self._role is Role.CLIENT:
            return [
                _Awaited(greeting.MAGIC, greeting.ANSWER_BYTES, self._take_answer),
                _Awaited(b"", greeting.VERDICT_BYTES, self._take_verdict),
            ]
        return [
            _Awaited(greeting.MAGIC, greeting.OFFER_BYTES, self._take_offer),
            _Awaited(b"", greeting.PROOF_BYTES, self._take_proof),
        ]

    def _next_message(self) -> bytes:
        """Cut the awaited message off the buffer; nothing while it is incomplete."""
        awaited = self._awaited[0]
        # Judged from the first byte on: another service's greeting may be short, and its last word.
        if not awaited.prefix.startswith(self._buffer[: len(awaited.prefix)]):
            raise HandshakeRefused(Refusal.NOT_PSYNC)
        if len(self._buffer) < awaited.size:
            return b""
        message = bytes(self._buffer[: awaited.size])
        del self._buffer[: awaited.size]
        return message

    def _take_offer(self, message: bytes) -> bytes:
        offer = Offer.decode(message)
        alert = self._terms.objection(offer) or (Alert.BUSY if self._is_busy else None)
        if alert is not None:
            raise HandshakeRefused(Refusal(alert.name), self._terms.answer_refusing(alert).encode())
        point = own_point(self._prs, self._scalar, offer.nonce, self._nonce)
        answer = self._terms.answer(offer, self._listener_id, self._nonce, point).encode()
        self._messages = message + answer
        return answer

    def _take_answer(self, message: bytes) -> bytes:
        answer = Answer.decode(message)
        refusal = self._terms.refusal(answer)
        if refusal is not None:
            raise HandshakeRefused(refusal)
        point = own_point(self._prs, self._scalar, self._nonce, answer.nonce)
        try:
            self._agreement = agree(self._scalar, answer.point, self._messages, message, point)
        except cpace.LowOrderPoint as error:
            raise HandshakeRefused(Refusal.LISTENER_UNPROVEN) from error
        proof = Proof(point, self._agreement.client_tag).encode()
        self._messages += message + proof
        self._has_unanswered_proof = True
        return proof

    def _take_proof(self, message: bytes) -> bytes:
        agreement = self._agreement_with(Proof.decode(message))
        if agreement is None:
            raise _refused_by_verdict(Alert.KEY_MISMATCH)
        # Only now, so that a busy listener counts wrong guesses too.
        if self._is_busy:
            raise _refused_by_verdict(Alert.BUSY)
        verdict = _accepting(agreement)
        self._messages += message + verdict
        self._established = self._establish(agreement)
        return verdict

    def _agreement_with(self, proof: Proof) -> Agreement | None:
        offer, answer = self._messages[: greeting.OFFER_BYTES], self._messages[greeting.OFFER_BYTES :]
        try:
            agreement = agree(self._scalar, proof.point, offer, answer, proof.point)
        except cpace.LowOrderPoint:
            return None
        return agreement if hmac.compare_digest(proof.tag, agreement.client_tag) else None

    def _take_verdict(self, message: bytes) -> bytes:
        # All 40 bytes: no proof covers those before the tag, and both sides hash them into their keys.
        if not hmac.compare_digest(message, _accepting(self._agreement)):
            raise HandshakeRefused(_cause(Verdict.decode(message)))
        self._has_unanswered_proof = False
        self._messages += message
        self._established = self._establish(self._agreement)
        return b""

    def _establish(self, agreement: Agreement) -> Established:
        transcript = hashlib.sha256(self._messages).digest()
        answer_end = greeting.OFFER_BYTES + greeting.ANSWER_BYTES
        answer = Answer.decode(self._messages[greeting.OFFER_BYTES : answer_end])
        return Established(
            keys=agreement.schedule.session_keys(self._role, transcript),
            transcript=transcript,
            listener_id=answer.listener_id,
            connection_id=agreement.schedule.connection_id(transcript),
            version=answer.version,
            trailing=bytes(self._buffer),
        )


def _accepting(agreement: Agreement) -> bytes:
    return Verdict(VerdictKind.ACCEPTED, 0, agreement.listener_tag).encode()


def _refused_by_verdict(alert: Alert) -> HandshakeRefused:
    reply = Verdict(VerdictKind.REFUSED, alert, bytes(greeting.TAG_BYTES)).encode()
    return HandshakeRefused(Refusal(alert.name), reply)


def _cause(verdict: Verdict) -> Refusal:
    """Tell what a verdict means that does not prove the listener: an alert, or nothing of worth."""
    if verdict.kind != VerdictKind.REFUSED:
        return Refusal.LISTENER_UNPROVEN
    return _VERDICT_ALERTS.get(verdict.code, Refusal.LISTENER_UNPROVEN)
