"""The four messages of the handshake as values.

    client   Offer    64 bytes   what it can do, nonce
    listener Answer   96 bytes   what is chosen, its name, nonce, share; or an alert
    client   Proof    64 bytes   share, proof that it knows the key
    listener Verdict  40 bytes   proof that it knows the key; or an alert

Every message has one size, so that nothing is measured, allocated or skipped on
the word of a peer that has proven nothing. Numbers are big-endian. What is
reserved is sent as zero and not looked at: both sides hash the bytes as they
went over the wire, so a change in them shows in the proofs. The verdict comes
after the proofs; the client compares all of it.

`PROTOCOL.md`, "Handshake", is the same for readers without this source.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

# The form of PNG's signature: text mode, stripped bits and line-end conversion
# all show. The last byte is the form of these four messages.
MAGIC = b"PSYN\r\n\x1a\x01"

OFFER_BYTES = 64
ANSWER_BYTES = 96
PROOF_BYTES = 64
VERDICT_BYTES = 40
NONCE_BYTES = 32
TAG_BYTES = 32

# Of the answer: what its share is bound to as associated data.
ANSWER_HEAD_BYTES = 64

_OFFER = struct.Struct(">8sBBHBxBx16x32s")
_ANSWER = struct.Struct(">8sBBHBxBx16s32s32s")
_PROOF = struct.Struct(">32s32s")
_VERDICT = struct.Struct(">BB6x32s")


class Alert(IntEnum):
    """Why a listener refuses. The values travel; 0 is no alert."""

    VERSION = 1
    MODE_MISMATCH = 2
    BUSY = 3
    KEY_MISMATCH = 4


class VerdictKind(IntEnum):
    """What a verdict says. The values travel, and differ in two bits."""

    ACCEPTED = 1
    REFUSED = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """M1: versions and record size that the client can do, `suites` as a set of bits."""

    version_min: int
    version_max: int
    suites: int
    mode: int
    record_log2_max: int
    nonce: bytes

    def encode(self) -> bytes:
        """Give 64 bytes."""
        return _OFFER.pack(
            MAGIC,
            self.version_min,
            self.version_max,
            self.suites,
            self.mode,
            self.record_log2_max,
            self.nonce,
        )

    @staticmethod
    def decode(data: bytes) -> "Offer":
        """Read 64 bytes whose magic was checked."""
        return Offer(*_OFFER.unpack(data)[1:])


@dataclass(frozen=True, slots=True)
class Answer:
    """M2: the version, suite and record size chosen; with an `alert` the rest names no listener."""

    version: int
    alert: int
    suite: int
    mode: int
    record_log2_max: int
    listener_id: bytes
    nonce: bytes
    point: bytes

    def encode(self) -> bytes:
        """Give 96 bytes."""
        return _ANSWER.pack(
            MAGIC,
            self.version,
            self.alert,
            self.suite,
            self.mode,
            self.record_log2_max,
            self.listener_id,
            self.nonce,
            self.point,
        )

    @staticmethod
    def decode(data: bytes) -> "Answer":
        """Read 96 bytes whose magic was checked."""
        return Answer(*_ANSWER.unpack(data)[1:])


@dataclass(frozen=True, slots=True)
class Proof:
    """M3: the client's share and `tag`."""

    point: bytes
    tag: bytes

    def encode(self) -> bytes:
        """Give 64 bytes."""
        return _PROOF.pack(self.point, self.tag)

    @staticmethod
    def decode(data: bytes) -> "Proof":
        """Read 64 bytes."""
        return Proof(*_PROOF.unpack(data))


@dataclass(frozen=True, slots=True)
class Verdict:
    """M4: accepted with the listener's `tag`, or refused with an alert as `code`."""

    kind: int
    code: int
    tag: bytes

    def encode(self) -> bytes:
        """Give 40 bytes."""
        return _VERDICT.pack(self.kind, self.code, self.tag)

    @staticmethod
    def decode(data: bytes) -> "Verdict":
        """Read 40 bytes."""
        return Verdict(*_VERDICT.unpack(data))
