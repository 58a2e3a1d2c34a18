"""A listener's identity: kept, announced, signed, checked."""

import hashlib

import pytest

from psync.wire.identity import Identity, listener_id, sign_transcript, verify_identity
from psync.wire.refusal import HandshakeRefused, Refusal
from tests.expectations import does_not_raise

# RFC 8032, 7.1, test 1
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

IDENTITY = Identity.from_bytes(SEED)
OTHER = Identity.from_bytes(bytes(32))
TRANSCRIPT = bytes(range(32))
SIGNATURE = sign_transcript(IDENTITY, TRANSCRIPT)


def test_the_public_key_is_that_of_rfc_8032():
    assert IDENTITY.public_key == PUBLIC_KEY


def test_a_listener_is_named_by_the_digest_of_its_public_key():
    assert IDENTITY.listener_id == listener_id(PUBLIC_KEY) == hashlib.sha256(PUBLIC_KEY).digest()[:16]


def test_an_identity_is_made_of_random_bytes_and_kept_as_them():
    identity = Identity.generate(SEED)

    assert identity.to_bytes() == SEED
    assert Identity.from_bytes(identity.to_bytes()) == identity


@pytest.mark.parametrize("length", [0, 31, 33])
def test_an_identity_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match=f"^an identity has 32 bytes, not {length}$"):
        Identity.from_bytes(bytes(length))


def test_an_identity_does_not_show_its_seed():
    assert repr(IDENTITY) == "Identity(seed=<secret>)"


def test_the_signature_of_the_announced_listener_is_accepted():
    with does_not_raise():
        verify_identity(PUBLIC_KEY, SIGNATURE, TRANSCRIPT, IDENTITY.listener_id)


@pytest.mark.parametrize(
    ("public_key", "signature", "transcript", "announced_id"),
    [
        pytest.param(OTHER.public_key, SIGNATURE, TRANSCRIPT, IDENTITY.listener_id, id="another key"),
        pytest.param(PUBLIC_KEY, SIGNATURE, TRANSCRIPT, OTHER.listener_id, id="another name"),
        pytest.param(PUBLIC_KEY, SIGNATURE, TRANSCRIPT, IDENTITY.listener_id[:15], id="a shorter name"),
        pytest.param(PUBLIC_KEY, SIGNATURE, TRANSCRIPT, b"", id="no name"),
        pytest.param(PUBLIC_KEY, SIGNATURE, bytes(32), IDENTITY.listener_id, id="another handshake"),
        pytest.param(
            PUBLIC_KEY,
            sign_transcript(OTHER, TRANSCRIPT),
            TRANSCRIPT,
            IDENTITY.listener_id,
            id="signed by another",
        ),
        pytest.param(
            PUBLIC_KEY,
            IDENTITY.private_key.sign(TRANSCRIPT),
            TRANSCRIPT,
            IDENTITY.listener_id,
            id="signed for another purpose",
        ),
        pytest.param(PUBLIC_KEY, SIGNATURE[:63], TRANSCRIPT, IDENTITY.listener_id, id="a cut signature"),
        pytest.param(PUBLIC_KEY, b"", TRANSCRIPT, IDENTITY.listener_id, id="no signature"),
        pytest.param(
            PUBLIC_KEY[:31], SIGNATURE, TRANSCRIPT, listener_id(PUBLIC_KEY[:31]), id="a cut public key"
        ),
    ],
)
def test_anything_else_leaves_the_listener_unproven(
    public_key: bytes, signature: bytes, transcript: bytes, announced_id: bytes
):
    with pytest.raises(HandshakeRefused) as refused:
        verify_identity(public_key, signature, transcript, announced_id)

    assert (refused.value.code, refused.value.reply) == (Refusal.LISTENER_UNPROVEN, b"")
