"""CPace-X25519-SHA512: two sides with equal secrets agree on a key.

Follows draft-irtf-cfrg-cpace-21 to the byte, in its initiator-responder form,
and adds nothing. Both sides hash the secret and a session id to a point, the
generator; each multiplies it by a fresh scalar and sends the product, its
share. Who does not know the secret does not know the generator, learns nothing
to try secrets on at home, and can test one guess a run.

Two things rest on what stands elsewhere. X25519 in `cryptography` refuses a
product of zero, which is how a point of low order betrays itself; the draft's
table of such points is among the tests. And Elligator2 runs on Python's
integers, whose time depends a little on their value: what it maps is a hash
over a session id that is new each run, so that no two runs repeat a
measurement. The ladders, where the scalars are, run in constant time.
"""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

POINT_BYTES = 32
SCALAR_BYTES = 32

_PRIME = 2**255 - 19
_COEFFICIENT = 486662
_DOMAIN = b"CPace255"
_DOMAIN_KEY = b"CPace255_ISK"
_SHA512_BLOCK_BYTES = 128


class LowOrderPoint(Exception):
    """A share that would make the shared point known to everybody; the run must end."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one side sends: its `point` (32 bytes), and `associated` data that both must have seen alike."""

    point: bytes
    associated: bytes

    def __post_init__(self) -> None:
        assert len(self.point) == POINT_BYTES


def length_prefixed(*parts: bytes) -> bytes:
    """Concatenate `parts`, each behind its length in LEB128 (draft: `lv_cat`)."""
    return b"".join(_leb128(len(part)) + part for part in parts)


def generator(secret: bytes, channel: bytes, session: bytes) -> bytes:
    """Map the secret (draft: PRS), channel (CI) and session id (sid) to a point of 32 bytes."""
    head = length_prefixed(_DOMAIN, secret)
    # Fills the hash's first block, so that the secret is hashed alone (draft: generator_string).
    padding = bytes(max(0, _SHA512_BLOCK_BYTES - 1 - len(head)))
    digest = hashlib.sha512(head + length_prefixed(padding, channel, session)).digest()
    return _elligator2(int.from_bytes(digest[:POINT_BYTES], "little") % 2**255)


def scalar_of(random32: bytes) -> X25519PrivateKey:
    """Make a scalar of 32 fresh bytes, once for both products of a run: the library multiplies a third time to make it."""
    return X25519PrivateKey.from_private_bytes(random32)


def multiply(scalar: X25519PrivateKey, point: bytes) -> bytes:
    """Multiply `point`, 32 bytes, by `scalar` (draft: `scalar_mult_vfy`).

    Raises `LowOrderPoint` when the product is zero.
    """
    try:
        return scalar.exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError as error:
        raise LowOrderPoint from error


def intermediate_key(session: bytes, shared_point: bytes, initiator: Share, responder: Share) -> bytes:
    """Hash a finished run to its key of 64 bytes (draft: ISK over transcript_ir)."""
    shares = (initiator.point, initiator.associated, responder.point, responder.associated)
    return hashlib.sha512(length_prefixed(_DOMAIN_KEY, session, shared_point, *shares)).digest()


def _leb128(number: int) -> bytes:
    encoded = bytearray()
    while number >= 128:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _elligator2(field_element: int) -> bytes:
    """Map a field element to a u-coordinate of Curve25519 (RFC 9380, 6.7.1, with Z = 2).

    The candidate is -486662 / d, the right-hand side of the curve there n / d^3, which is a
    square where p = n * d is one. The inverse exists: -1/2 is not a square modulo the prime, so d
    is never zero. Nor is the right-hand side, so `chi` is 1 or -1.

    One power to a fixed exponent, as even in time as Python allows, gives both (Fermat): r =
    p^((prime - 3) / 2), `chi` = r * p, and 1 / p = r * r * p = r * `chi`, hence 1 / d = n / p.
    """
    denominator = 1 + 2 * field_element**2
    numerator = -_COEFFICIENT * (_COEFFICIENT**2 * (1 - denominator) + denominator**2)
    product = numerator * denominator % _PRIME
    power = pow(product, (_PRIME - 3) // 2, _PRIME)
    chi = power * product % _PRIME
    candidate = -_COEFFICIENT * numerator * power * chi % _PRIME
    # `candidate` where chi is 1, its conjugate where chi is -1, without a branch on it.
    coordinate = (chi * candidate - (1 - chi) * (_COEFFICIENT // 2)) % _PRIME
    return coordinate.to_bytes(POINT_BYTES, "little")
