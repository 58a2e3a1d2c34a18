"""Sealed records: AES-256-GCM under a key a direction, the number of the record in the nonce."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LENGTH_BYTES = 4
TAG_BYTES = 16
LENGTH_MIN = TAG_BYTES + 1
LENGTH_MAX = 2**20 + TAG_BYTES


class RecordInvalid(Exception):
    """A record that does not open, or whose length is out of range."""


class Direction:
    """Seals or opens what one side sends. It never rekeys: the suite sends and reads far less than 64 GiB."""

    def __init__(self, key: bytes, iv: bytes, number: int = 0) -> None:
        self._cipher = AESGCM(key)
        self._iv = int.from_bytes(iv, "big")
        self.number = number

    def seal(self, plaintext: bytes) -> bytes:
        """Give the record, length first."""
        length = (len(plaintext) + TAG_BYTES).to_bytes(LENGTH_BYTES, "big")
        return length + self._cipher.encrypt(self._nonce(), plaintext, length)

    def open(self, record: bytes) -> bytes:
        """Give the plaintext; raise `RecordInvalid`."""
        length = record[:LENGTH_BYTES]
        if length_of(length) != len(record) - LENGTH_BYTES:
            raise RecordInvalid("a record of another length than it says")
        try:
            return self._cipher.decrypt(self._nonce(), record[LENGTH_BYTES:], length)
        except InvalidTag:
            raise RecordInvalid(f"record {self.number - 1} does not open") from None

    def _nonce(self) -> bytes:
        nonce = (self._iv ^ self.number).to_bytes(12, "big")
        self.number += 1
        return nonce


def length_of(head: bytes) -> int:
    """How many bytes follow the first four; raise `RecordInvalid` where it is out of range."""
    length = int.from_bytes(head, "big")
    if not LENGTH_MIN <= length <= LENGTH_MAX:
        raise RecordInvalid(f"a record of {length} bytes")
    return length
