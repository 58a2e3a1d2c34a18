"""The identity of a listener: an Ed25519 key, one a machine.

Keys entered on both sides tell friend from foe, but not one friend from
another: several listeners may share a key, and a client that deletes at its
target must not be led to the wrong one. So each listener signs the transcript
of the handshake with a key of its own, and the client remembers that key. The
signature travels in the first sealed message; nobody on the way sees the key.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from psync.wire.keys import Secret
from psync.wire.refusal import HandshakeRefused, Refusal

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
LISTENER_ID_BYTES = 16

# Keeps the signature from meaning anything outside this protocol.
_CONTEXT = b"psync/1 identity"


@dataclass(frozen=True)
class Identity:
    """A listener's private key, held as its `seed` of 32 bytes (RFC 8032); what follows from it is worked out once."""

    seed: Secret

    @staticmethod
    def generate(random32: bytes) -> "Identity":
        """Make an identity of 32 random bytes."""
        return Identity.from_bytes(random32)

    @staticmethod
    def from_bytes(seed: bytes) -> "Identity":
        """Read what `to_bytes` gave. Raises `ValueError` unless it is 32 bytes."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"an identity has {SEED_BYTES} bytes, not {len(seed)}")
        return Identity(Secret(seed))

    def to_bytes(self) -> bytes:
        """Give the 32 bytes to keep: for a file of mode 0600."""
        return self.seed.reveal()

    @cached_property
    def public_key(self) -> bytes:
        """The 32 bytes that a client pins."""
        return self.private_key.public_key().public_bytes_raw()

    @cached_property
    def listener_id(self) -> bytes:
        """The 16 bytes that name the listener before it is proven."""
        return listener_id(self.public_key)

    @cached_property
    def private_key(self) -> Ed25519PrivateKey:
        """The key as the library's object."""
        return Ed25519PrivateKey.from_private_bytes(self.seed.reveal())


def listener_id(public_key: bytes) -> bytes:
    """Name the listener of a public key: 16 bytes."""
    return hashlib.sha256(public_key).digest()[:LISTENER_ID_BYTES]


def sign_transcript(identity: Identity, transcript: bytes) -> bytes:
    """Sign a handshake's transcript (`Established.transcript`, 32 bytes): 64 bytes."""
    return identity.private_key.sign(_CONTEXT + transcript)


def verify_identity(public_key: bytes, signature: bytes, transcript: bytes, announced_id: bytes) -> None:
    """Check that the listener of this handshake holds `public_key` and announced it as `announced_id`.

    Arguments may be of any length. Raises `HandshakeRefused` (LISTENER_UNPROVEN).
    """
    if not hmac.compare_digest(listener_id(public_key), announced_id):
        raise HandshakeRefused(Refusal.LISTENER_UNPROVEN)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _CONTEXT + transcript)
    except (InvalidSignature, ValueError) as error:
        raise HandshakeRefused(Refusal.LISTENER_UNPROVEN) from error
