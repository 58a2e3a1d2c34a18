"""The terms of a connection: what one side can do, and what both then use.

The client offers, the listener chooses, the client checks that it was offered.
The choice is the best that both can do, so there is nothing to negotiate twice;
the mode is no choice at all: both have a key, or neither.
"""

from dataclasses import dataclass

from psync.wire.greeting import NONCE_BYTES, Alert, Answer, Offer
from psync.wire.identity import LISTENER_ID_BYTES
from psync.wire.keys import Mode
from psync.wire.refusal import Refusal

VERSION_MIN = 1
VERSION_MAX = 1

# The only suite: CPace-X25519-SHA512, HKDF-SHA256, AES-256-GCM.
SUITE = 1

# Plaintext of a record, as powers of two: 64 KiB, below which calls cost more
# than encryption, to 1 MiB, above which messages wait too long behind data.
RECORD_LOG2_MIN = 16
RECORD_LOG2_MAX = 20

# An alert that this version does not know comes from a later one.
_ANSWER_ALERTS: dict[int, Refusal] = {
    Alert.VERSION: Refusal.VERSION,
    Alert.MODE_MISMATCH: Refusal.MODE_MISMATCH,
    Alert.BUSY: Refusal.BUSY,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What this side brings: its mode, and the largest record that it takes (2 to the power of …)."""

    mode: Mode
    record_log2_max: int = RECORD_LOG2_MAX

    def __post_init__(self) -> None:
        assert RECORD_LOG2_MIN <= self.record_log2_max <= RECORD_LOG2_MAX

    def offer(self, nonce: bytes) -> Offer:
        """Say what a client can do."""
        return Offer(VERSION_MIN, VERSION_MAX, SUITE, self.mode, self.record_log2_max, nonce)

    def objection(self, offer: Offer) -> Alert | None:
        """Tell why a listener cannot accept `offer`, or None."""
        version = _version_for(offer)
        has_common = version >= max(VERSION_MIN, offer.version_min) and bool(offer.suites & SUITE)
        if not has_common or offer.record_log2_max < RECORD_LOG2_MIN:
            return Alert.VERSION
        return None if offer.mode == self.mode else Alert.MODE_MISMATCH

    def answer(self, offer: Offer, listener_id: bytes, nonce: bytes, point: bytes) -> Answer:
        """Choose from an `offer` without objection."""
        return Answer(
            version=_version_for(offer),
            alert=0,
            suite=SUITE,
            mode=self.mode,
            record_log2_max=min(self.record_log2_max, offer.record_log2_max),
            listener_id=listener_id,
            nonce=nonce,
            point=point,
        )

    def answer_refusing(self, alert: Alert) -> Answer:
        """Refuse: the client learns what its operator needs, and not which listener this is."""
        nobody, nothing = bytes(LISTENER_ID_BYTES), bytes(NONCE_BYTES)
        return Answer(VERSION_MAX, alert, 0, self.mode, 0, nobody, nothing, nothing)

    def refusal(self, answer: Answer) -> Refusal | None:
        """Tell why a client cannot go on with `answer`, or None: it is one of those offered."""
        if answer.alert:
            return _ANSWER_ALERTS.get(answer.alert, Refusal.VERSION)
        if answer.mode != self.mode:
            return Refusal.MODE_MISMATCH
        is_known = VERSION_MIN <= answer.version <= VERSION_MAX and answer.suite == SUITE
        fits = RECORD_LOG2_MIN <= answer.record_log2_max <= self.record_log2_max
        return None if is_known and fits else Refusal.VERSION


def _version_for(offer: Offer) -> int:
    return min(VERSION_MAX, offer.version_max)
