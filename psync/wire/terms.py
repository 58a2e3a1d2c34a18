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
from psync.wire.seal import PLAINTEXT_BYTES_MAX

VERSION_MIN = 1
VERSION_MAX = 1

# The only suite: CPace-X25519-SHA512, HKDF-SHA256, AES-256-GCM.
SUITE = 1

# Plaintext of a record, as a power of two: 1 MiB. A message is one record, and those of this
# version need as much; above it, messages wait too long behind data.
RECORD_LOG2 = PLAINTEXT_BYTES_MAX.bit_length() - 1

# An alert that this version does not know comes from a later one.
_ANSWER_ALERTS: dict[int, Refusal] = {
    Alert.VERSION: Refusal.VERSION,
    Alert.MODE_MISMATCH: Refusal.MODE_MISMATCH,
    Alert.BUSY: Refusal.BUSY,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What this side brings: its mode; all else is the same for this version."""

    mode: Mode

    def offer(self, nonce: bytes) -> Offer:
        """Say what a client can do."""
        return Offer(VERSION_MIN, VERSION_MAX, SUITE, self.mode, RECORD_LOG2, nonce)

    def objection(self, offer: Offer) -> Alert | None:
        """Tell why a listener cannot accept `offer`, or None."""
        version = _version_for(offer)
        has_common = version >= max(VERSION_MIN, offer.version_min) and bool(offer.suites & SUITE)
        if not has_common or offer.record_log2_max < RECORD_LOG2:
            return Alert.VERSION
        return None if offer.mode == self.mode else Alert.MODE_MISMATCH

    def answer(self, offer: Offer, listener_id: bytes, nonce: bytes, point: bytes) -> Answer:
        """Choose from an `offer` without objection."""
        return Answer(
            version=_version_for(offer),
            alert=0,
            suite=SUITE,
            mode=self.mode,
            record_log2_max=RECORD_LOG2,
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
        return None if is_known and answer.record_log2_max == RECORD_LOG2 else Refusal.VERSION


def _version_for(offer: Offer) -> int:
    return min(VERSION_MAX, offer.version_max)
