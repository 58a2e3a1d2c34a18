"""The four messages of the handshake, as bytes; and the tags and keys that follow from them."""

import hashlib
import hmac

from msgspec import Struct

from conformance.blackbox.agreement import session_key
from conformance.blackbox.key import expand, extract

MAGIC = bytes.fromhex("5053594e0d0a1a01")
OFFER_BYTES, ANSWER_BYTES, PROOF_BYTES, VERDICT_BYTES = 64, 96, 64, 40
RECORD_LOG2 = 20
SUITE = 1
ACCEPTED, REFUSED = 1, 2

VERSION, MODE_MISMATCH, BUSY, KEY_MISMATCH = 1, 2, 3, 4
ALERTS = {VERSION: "VERSION", MODE_MISMATCH: "MODE_MISMATCH", BUSY: "BUSY", KEY_MISMATCH: "KEY_MISMATCH"}
ALERTS_OF_ANSWER = (VERSION, MODE_MISMATCH, BUSY)
ALERTS_OF_VERDICT = (BUSY, KEY_MISMATCH)


class FrameInvalid(Exception):
    """What came is not what the protocol has there; the text says what is wrong."""


class Offer(Struct, frozen=True):
    """M1. `reserved` fills all reserved bytes."""

    mode: int
    nonce: bytes
    versions: tuple[int, int] = (1, 1)
    suites: int = SUITE
    record_log2: int = RECORD_LOG2
    reserved: int = 0

    def encode(self) -> bytes:
        """Its 64 bytes."""
        head = bytes([*self.versions, *self.suites.to_bytes(2, "big"), self.mode])
        filler = bytes([self.reserved])
        return MAGIC + head + filler + bytes([self.record_log2]) + filler * 17 + self.nonce


class Answer(Struct, frozen=True):
    """M2; of one with an alert only `version`, `alert` and `mode` mean anything."""

    version: int
    alert: int
    suite: int
    mode: int
    record_log2: int
    listener_id: bytes
    nonce: bytes
    share: bytes

    @classmethod
    def decode(cls, data: bytes) -> "Answer":
        """Read 96 bytes; raise `FrameInvalid` for what is no answer to any offer."""
        assert len(data) == ANSWER_BYTES
        if data[:8] != MAGIC:
            raise FrameInvalid(f"an answer begins with {MAGIC.hex()}, not with {data[:8].hex()}")
        suite = int.from_bytes(data[10:12], "big")
        answer = cls(data[8], data[9], suite, data[12], data[14], data[16:32], data[32:64], data[64:])
        if answer.alert:
            _check_alert(answer, data)
        elif (answer.version, answer.suite, answer.record_log2) != (1, SUITE, RECORD_LOG2):
            raise FrameInvalid(
                f"it chooses version {answer.version}, suite {suite} and record size {answer.record_log2}"
            )
        return answer


def _check_alert(answer: Answer, data: bytes) -> None:
    if answer.alert not in ALERTS_OF_ANSWER:
        raise FrameInvalid(f"alert {answer.alert} has no place in an answer")
    if any(data[10:12] + data[13:]):
        raise FrameInvalid("an answer with an alert is zero from `suite` on, but for `mode`")


class Agreement(Struct, frozen=True):
    """What M1, M2, Y_c and K give: the tags, and with M4 the keys."""

    before: bytes
    prk: bytes
    client_tag: bytes
    listener_tag: bytes

    @property
    def acceptance(self) -> bytes:
        """M4, if the listener accepts."""
        return bytes([ACCEPTED, *bytes(7)]) + self.listener_tag

    def transcript(self, verdict: bytes) -> bytes:
        """The hash of all four messages."""
        return hashlib.sha256(self.before + self.client_tag + verdict).digest()

    def connection_id(self, transcript: bytes) -> bytes:
        """As both sides log it."""
        return expand(self.prk, b"psync/1 conn-id" + transcript, 8)

    def direction(self, sender: str, transcript: bytes) -> tuple[bytes, bytes, bytes]:
        """Key, iv and rekey secret of what `sender` (client, listener) sends."""
        name = sender.encode() + transcript
        both = expand(self.prk, b"psync/1 data " + name, 44)
        return both[:32], both[32:], expand(self.prk, b"psync/1 rekey " + name, 32)


def agree(product: bytes, offer: bytes, answer: bytes, client_share: bytes) -> Agreement:
    """Draw the tags from K."""
    prk = extract(b"psync/1", session_key(product, offer, answer, client_share))
    before = offer + answer + client_share
    th = hashlib.sha256(before).digest()
    client_key = expand(prk, b"psync/1 confirm client" + th, 32)
    listener_key = expand(prk, b"psync/1 confirm listener" + th, 32)
    client_tag = hmac.digest(client_key, th, "sha256")
    return Agreement(before, prk, client_tag, hmac.digest(listener_key, th + client_tag, "sha256"))


def refusal(alert: int) -> bytes:
    """M4, if the listener refuses."""
    return bytes([REFUSED, alert]) + bytes(VERDICT_BYTES - 2)


def read_refusal(verdict: bytes) -> int:
    """The alert of a refusal; raise `FrameInvalid` for anything else, an acceptance included."""
    alert = verdict[1]
    if verdict != refusal(alert) or alert not in ALERTS_OF_VERDICT:
        raise FrameInvalid(f"a verdict that is no refusal: {verdict.hex()}")
    return alert
