"""CPace-X25519-SHA512 (draft-irtf-cfrg-cpace-21), as far as PROTOCOL.md uses it.

Written from PROTOCOL.md and the draft, without a look at psync's code: that both meet shows that
the page suffices. Nothing here has to run in constant time: what it computes with is a key under test.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

PRIME = 2**255 - 19
MONTGOMERY_A = 486662
NON_SQUARE = 2

DOMAIN = b"CPace255"
CHANNEL = b"psync/1"
HASH_BLOCK_BYTES = 128
POINT_BYTES = 32
ZERO = bytes(POINT_BYTES)


def prefixed(data: bytes) -> bytes:
    """`LV(x)`: its length in LEB128, and the data."""
    length, out = len(data), bytearray()
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*out, length]) + data


def generator(prs: bytes, sid: bytes) -> bytes:
    """`g`: where both sides begin, known only to those who know the secret."""
    head = prefixed(DOMAIN) + prefixed(prs)
    padding = bytes(max(0, HASH_BLOCK_BYTES - 1 - len(head)))
    text = head + prefixed(padding) + prefixed(CHANNEL) + prefixed(sid)
    return _elligator2(hashlib.sha512(text).digest()[:POINT_BYTES])


def multiply(scalar: bytes, point: bytes) -> bytes:
    """X25519; 32 bytes of zero for a point of low order."""
    try:
        return X25519PrivateKey.from_private_bytes(scalar).exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:
        return ZERO


def session_key(product: bytes, offer: bytes, answer: bytes, client_share: bytes) -> bytes:
    """`ISK`, from K, M1, M2 and Y_c."""
    parts = (
        b"CPace255_ISK",
        offer[32:64] + answer[32:64],
        product,
        answer[64:96],
        answer[:64],
        client_share,
        offer,
    )
    return hashlib.sha512(b"".join(map(prefixed, parts))).digest()


def _elligator2(text: bytes) -> bytes:
    number = int.from_bytes(text, "little") % 2**255
    v = -MONTGOMERY_A * pow(1 + NON_SQUARE * number * number, -1, PRIME) % PRIME
    is_square = pow(v**3 + MONTGOMERY_A * v * v + v, (PRIME - 1) // 2, PRIME) != PRIME - 1
    u = v if is_square else (-v - MONTGOMERY_A) % PRIME
    return u.to_bytes(POINT_BYTES, "little")
