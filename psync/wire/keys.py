"""Keys of a connection: from what the operator entered to what encrypts a record.

The operator's user name and password are both secret and are never sent. They
become the PRS, the secret that the key agreement starts from:

* a password is stretched, because people choose it: whoever comes by a PRS, from
  its cache say, still pays 0.4 s for each guess at the password behind it;
* a generated key has 128 random bits and needs no stretching;
* with neither, the PRS is a constant that everybody knows: encrypted, not
  authenticated.

The agreement gives one intermediate key, and `KeySchedule` expands all others
from it, each under its own label and the hash of what was said so far, so that
two sides that saw different messages share no key.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from psync.core.errors import SecretInvalid
from psync.wire.cpace import length_prefixed

# RFC 7914's parameters: 128 MiB and about 0.4 s, once a process.
SCRYPT_COST = 2**17
SCRYPT_BLOCK_SIZE = 8
SCRYPT_PARALLELISM = 1
# The module refuses to use more than 32 MiB unless told; twice the need, for its own book-keeping.
SCRYPT_MEMORY_BYTES_MAX = 2**28

PRS_BYTES = 32
GENERATED_KEY_BYTES = 16
DATA_KEY_BYTES = 32
DATA_IV_BYTES = 12
REKEY_SECRET_BYTES = 32
_TRAFFIC_BYTES = DATA_KEY_BYTES + DATA_IV_BYTES
# Long enough that no two connections of a log share one.
CONNECTION_ID_BYTES = 8

_PRS_SALT = b"psync/1 prs"
_GENERATED_KEY_PREFIX = "psync1-"
# 26 digits hold 130 bits: of the last only those whose two lowest bits are zero.
_GENERATED_KEY = re.compile(r"psync1-[a-z2-7]{25}[aeimquy4]", re.ASCII)


class Role(StrEnum):
    """Which side of a connection. The values stand in key labels."""

    CLIENT = "client"
    LISTENER = "listener"

    @property
    def peer(self) -> "Role":
        """The other side."""
        return Role.LISTENER if self is Role.CLIENT else Role.CLIENT


class Mode(IntEnum):
    """Whether the operator entered a key. The values travel."""

    UNKEYED = 0
    KEYED = 1


class Secret:
    """Bytes that no log, traceback or test failure shows."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def reveal(self) -> bytes:
        """Give the bytes themselves: for a cipher, or for a file of mode 0600."""
        return self._value


# Shorter than every stretched secret, so that none can equal it.
UNKEYED_PRS = Secret(b"psync/1 unkeyed")


def stretch(user: str, password: str) -> Secret:
    """Turn what the operator entered into the PRS; empty counts as absent.

    Takes about 0.4 s and 128 MiB, unless `password` is a generated key or both
    are empty. Raises `SecretInvalid` for text that is no Unicode.
    """
    if not user and not password:
        return UNKEYED_PRS
    entered = length_prefixed(_normalized("user name", user), _normalized("password", password))
    if parse_key(password) is not None:
        return Secret(expand(extract(_PRS_SALT, entered), b"", PRS_BYTES))
    return Secret(
        hashlib.scrypt(
            entered,
            salt=_PRS_SALT,
            n=SCRYPT_COST,
            r=SCRYPT_BLOCK_SIZE,
            p=SCRYPT_PARALLELISM,
            maxmem=SCRYPT_MEMORY_BYTES_MAX,
            dklen=PRS_BYTES,
        )
    )


def mode_of(prs: Secret) -> Mode:
    """Tell whether `prs` came from a key."""
    return Mode.UNKEYED if prs == UNKEYED_PRS else Mode.KEYED


def generate_key(random16: bytes) -> str:
    """Write 16 random bytes as a key for the operator: `psync1-` and 26 digits of base32."""
    assert len(random16) == GENERATED_KEY_BYTES
    return _GENERATED_KEY_PREFIX + base64.b32encode(random16).decode("ascii").rstrip("=").lower()


def parse_key(text: str) -> bytes | None:
    """Read the 16 bytes of a generated key, or None for any other text.

    Strict, since two spellings of one key would be two keys: a text that misses
    the form by one character is a password, and is stretched.
    """
    if _GENERATED_KEY.fullmatch(text) is None:
        return None
    digits = text.removeprefix(_GENERATED_KEY_PREFIX).upper()
    return base64.b32decode(digits + "=" * (-len(digits) % 8))


def extract(salt: bytes, key_material: bytes) -> bytes:
    """Concentrate `key_material` into a key of 32 bytes (RFC 5869, HKDF-Extract with SHA-256)."""
    return HKDF.extract(SHA256(), salt, key_material)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """Derive `length` bytes for the purpose `info` (RFC 5869, HKDF-Expand with SHA-256)."""
    return HKDFExpand(SHA256(), length, info).derive(key)


def _normalized(name: str, text: str) -> bytes:
    """Give the UTF-8 of the composed form: "é" is one key, however the keyboard writes it."""
    try:
        return unicodedata.normalize("NFC", text).encode()
    except UnicodeEncodeError:
        # Not chained: the other exception holds the text.
        raise SecretInvalid(name=name, reason="it is not valid Unicode text") from None


@dataclass(frozen=True, slots=True)
class TrafficKeys:
    """What encrypts one direction: AES-256 `key`, 12 bytes of `iv`, and the secret that replaces both."""

    key: Secret
    iv: Secret
    rekey: Secret

    def following(self) -> "TrafficKeys":
        """Derive the next keys; the present ones do not follow from them."""
        block = expand(self.rekey.reveal(), b"psync/1 rekey", _TRAFFIC_BYTES + REKEY_SECRET_BYTES)
        return TrafficKeys.cut(block[:_TRAFFIC_BYTES], block[_TRAFFIC_BYTES:])

    @staticmethod
    def cut(traffic: bytes, rekey: bytes) -> "TrafficKeys":
        """Cut 44 bytes into key and iv; `rekey` is 32 bytes."""
        return TrafficKeys(Secret(traffic[:DATA_KEY_BYTES]), Secret(traffic[DATA_KEY_BYTES:]), Secret(rekey))


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """Both directions, as one side sees them."""

    sending: TrafficKeys
    receiving: TrafficKeys


@dataclass(frozen=True, slots=True)
class KeySchedule:
    """All keys of one connection; `prk` is the HKDF key that they are expanded from.

    Each `transcript` is a SHA-256 over messages of the handshake, 32 bytes.
    """

    prk: Secret

    @staticmethod
    def start(intermediate_key: bytes) -> "KeySchedule":
        """Start from the key agreement's result of 64 bytes."""
        return KeySchedule(Secret(extract(b"psync/1", intermediate_key)))

    def confirmation_key(self, role: Role, transcript: bytes) -> Secret:
        """Give the key by which `role` proves that it knows the secret, 32 bytes."""
        return Secret(self._expand(f"confirm {role}", transcript, 32))

    def session_keys(self, role: Role, transcript: bytes) -> SessionKeys:
        """Give the keys for records, as `role` sees them."""
        return SessionKeys(self._traffic_keys(role, transcript), self._traffic_keys(role.peer, transcript))

    def connection_id(self, transcript: bytes) -> bytes:
        """Give 8 bytes that name the connection on both sides and reveal nothing: safe to log."""
        return self._expand("conn-id", transcript, CONNECTION_ID_BYTES)

    def _traffic_keys(self, sender: Role, transcript: bytes) -> TrafficKeys:
        traffic = self._expand(f"data {sender}", transcript, _TRAFFIC_BYTES)
        return TrafficKeys.cut(traffic, self._expand(f"rekey {sender}", transcript, REKEY_SECRET_BYTES))

    def _expand(self, label: str, transcript: bytes, length: int) -> bytes:
        return expand(self.prk.reveal(), b"psync/1 " + label.encode("ascii") + transcript, length)
