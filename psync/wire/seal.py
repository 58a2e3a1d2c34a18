"""Sealed records: the stream after the handshake.

    length, u32 | ciphertext | tag, 16 bytes

AES-256-GCM. The length counts ciphertext and tag and is authenticated as
associated data. The nonce is the exclusive or of the direction's iv and the
record's number, so that a record repeated, left out or moved does not open. Both
sides count records and bytes alike and change keys at the same record without a
word (`RekeyLimits`).

The first record that does not open ends the direction for good: what follows it
cannot be told from what somebody inserted.

All buffers are the caller's and are reused: at this speed a fresh one costs more
than the encryption. A plaintext and its record must not overlap.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from psync.core.content import Buffer
from psync.wire.keys import DATA_IV_BYTES, TrafficKeys

LENGTH_BYTES = 4
TAG_BYTES = 16
# What a record is longer than its plaintext.
OVERHEAD_BYTES = LENGTH_BYTES + TAG_BYTES

# Bounds what is buffered before a tag can be checked.
PLAINTEXT_BYTES_MAX = 1 << 20


class RecordRefused(Exception):
    """The stream is not what the peer sealed: the connection must end. `reason` says what is wrong, to both sides."""

    reason: str


class TagMismatch(RecordRefused):
    """A record was changed, cut, repeated or moved; or an earlier one was."""

    reason = "a record was changed on its way, or sealed with another key"


class LengthInvalid(RecordRefused):
    """A record announces a length that no record of this connection has, or has another one."""

    reason = "a record announces a length that none can have: it was changed on its way, or is no record"


@dataclass(frozen=True, slots=True)
class RekeyLimits:
    """How much one key encrypts: that many records, and that many bytes of plaintext.

    64 GiB are 2^32 blocks: the chance to tell them from noise is then about
    2^-65, below the 2^-57 that TLS 1.3 keeps to. 2^24 records are the bound that
    it sets itself (RFC 8446, 5.5), and count when records are short.
    """

    records: int = 1 << 24
    plaintext_bytes: int = 64 << 30


DEFAULT_REKEY_LIMITS = RekeyLimits()


class _Direction:
    """Key and counters of one direction; the two ends of it run in lock step."""

    def __init__(self, keys: TrafficKeys, limits: RekeyLimits) -> None:
        self._limits = limits
        self._use(keys)

    def _use(self, keys: TrafficKeys) -> None:
        self._keys = keys
        self._cipher = AESGCM(keys.key.reveal())
        self._iv = int.from_bytes(keys.iv.reveal(), "big")
        self._records = 0
        self._plaintext_bytes = 0

    def advance(self, plaintext_bytes: int) -> tuple[AESGCM, bytes]:
        """Give cipher and nonce for the next record, of that many bytes."""
        is_full = self._plaintext_bytes + plaintext_bytes > self._limits.plaintext_bytes
        if is_full or self._records == self._limits.records:
            self._use(self._keys.following())
        nonce = (self._iv ^ self._records).to_bytes(DATA_IV_BYTES, "big")
        self._records += 1
        self._plaintext_bytes += plaintext_bytes
        return self._cipher, nonce


class Sealer:
    """Seals what one side sends."""

    def __init__(
        self,
        keys: TrafficKeys,
        plaintext_bytes_max: int = PLAINTEXT_BYTES_MAX,
        limits: RekeyLimits = DEFAULT_REKEY_LIMITS,
    ) -> None:
        self._direction = _Direction(keys, limits)
        self._plaintext_bytes_max = plaintext_bytes_max

    def seal_into(self, plaintext: Buffer, out: memoryview) -> int:
        """Write `plaintext`, 1 byte to the most that a record holds, as one record to `out`; give its length."""
        size = len(plaintext)
        assert 1 <= size <= self._plaintext_bytes_max
        total = size + OVERHEAD_BYTES
        length = (size + TAG_BYTES).to_bytes(LENGTH_BYTES, "big")
        out[:LENGTH_BYTES] = length
        cipher, nonce = self._direction.advance(size)
        cipher.encrypt_into(nonce, plaintext, length, out[LENGTH_BYTES:total])
        return total


class Opener:
    """Opens what the peer sealed, record by record; after the first refusal, none."""

    def __init__(
        self,
        keys: TrafficKeys,
        plaintext_bytes_max: int = PLAINTEXT_BYTES_MAX,
        limits: RekeyLimits = DEFAULT_REKEY_LIMITS,
    ) -> None:
        self._direction = _Direction(keys, limits)
        self._plaintext_bytes_max = plaintext_bytes_max
        self._is_broken = False

    def ciphertext_bytes(self, length: Buffer) -> int:
        """Tell how many bytes follow a record's `length` of 4 bytes. Raises `RecordRefused`."""
        assert len(length) == LENGTH_BYTES
        if self._is_broken:
            raise TagMismatch
        size = int.from_bytes(length, "big")
        if not 1 <= size - TAG_BYTES <= self._plaintext_bytes_max:
            self._is_broken = True
            raise LengthInvalid
        return size

    def open_into(self, length: Buffer, ciphertext: Buffer, out: memoryview) -> int:
        """Write the plaintext of one record to `out`; give its length.

        `length` is the record's first 4 bytes, `ciphertext` all others. Raises
        `RecordRefused`; `out` then holds nothing of the record.
        """
        size = self.ciphertext_bytes(length) - TAG_BYTES
        if len(ciphertext) != size + TAG_BYTES:
            self._is_broken = True
            raise LengthInvalid
        cipher, nonce = self._direction.advance(size)
        try:
            return cipher.decrypt_into(nonce, ciphertext, length, out[:size])
        except InvalidTag as error:
            self._is_broken = True
            # The library has decrypted before it knew.
            out[:size] = bytes(size)
            raise TagMismatch from error
