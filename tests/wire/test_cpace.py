"""CPace against the draft's own figures, RFC 7748's, and PyPI's `cpace`, which somebody else wrote."""

import cpace as other
import pytest

from psync.wire.cpace import (
    LowOrderPoint,
    Share,
    generator,
    intermediate_key,
    length_prefixed,
    multiply,
    scalar_of,
)
from tests.wire.vector_files import records

# draft-irtf-cfrg-cpace-21, appendix "CPace function definitions", CPACE-X25519-SHA512
PRS = b"Password"
CHANNEL = bytes.fromhex("0b415f696e69746961746f720b425f726573706f6e646572")
SESSION = bytes.fromhex("7e4b4791d6a8ef019b936c79fb7f2c57")
GENERATOR = bytes.fromhex("d04bf6d41f6a289632a2e929fa29bebd51092512a7829fdde7d314b62f05a73f")
SCALAR_A = bytes.fromhex("21b4f4bd9e64ed355c3eb676a28ebedaf6d8f17bdc365995b319097153044080")
SCALAR_B = bytes.fromhex("848b0779ff415f0af4ea14df9dd1d3c29ac41d836c7808896c4eba19c51ac40a")
SHARE_A = Share(bytes.fromhex("1d13c89278cdadd826f6d8d7f887701430f8380ddc17611cdd6dc989ce0c9f32"), b"ADa")
SHARE_B = Share(bytes.fromhex("248cccf6d5cdc3646f0ad593f9e6cef4e69d4945f8372e623512ecea32185623"), b"ADb")
SHARED = bytes.fromhex("5b067effbdc0b2a0e1d907b21ebb25cfedb96a852179a847c37e43ee71322c6b")
KEY = bytes.fromhex(
    "6e19b875f7a561d6b3ca3dbb9ef42ac55de3e717881018204b8922b4d5e53bb2"
    "aa82c300bea7b65d2b671da71922ddf6472301b79bc270adfa8bf413285f2263"
)

# The same, "Test vectors for G_X25519.scalar_mult_vfy: low order points"
POINTS_SCALAR = bytes.fromhex("af46e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449aff")
LOW_ORDER_POINTS = {
    "u0": "0000000000000000000000000000000000000000000000000000000000000000",
    "u1": "0100000000000000000000000000000000000000000000000000000000000000",
    "u2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "u3": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "u4": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "u5": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "u7": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
POINTS_WITH_HIGH_BIT = {
    "u6": (
        "daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "d8e2c776bbacd510d09fd9278b7edcd25fc5ae9adfba3b6e040e8d3b71b21806",
    ),
    "u8": (
        "dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "c85c655ebe8be44ba9c0ffde69f2fe10194458d137f09bbff725ce58803cdb38",
    ),
    "u9": (
        "d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "db64dafa9b8fdd136914e61461935fe92aa372cb056314e1231bc4ec12417456",
    ),
    "ua": (
        "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
        "e062dcd5376d58297be2618c7498f55baa07d7e03184e8aada20bca28888bf7a",
    ),
    "ub": (
        "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
        "993c6ad11c4c29da9a56f7691fd0ff8d732e49de6250b6c2e80003ff4629a175",
    ),
}


@pytest.mark.parametrize(
    ("parts", "encoded"),
    [
        pytest.param([b""], "00", id="nothing"),
        pytest.param([b"1234"], "0431323334", id="a few bytes"),
        pytest.param([bytes(range(127))], "7f" + bytes(range(127)).hex(), id="the longest with one digit"),
        pytest.param(
            [bytes(range(128))], "8001" + bytes(range(128)).hex(), id="the shortest with two digits"
        ),
        pytest.param([b"1234", b"5", b"", b"678"], "043132333401350003363738", id="several parts"),
    ],
)
def test_parts_stand_behind_their_lengths(parts: list[bytes], encoded: str):
    assert length_prefixed(*parts) == bytes.fromhex(encoded)


def test_the_secret_maps_to_the_generator_of_the_draft():
    assert generator(PRS, CHANNEL, SESSION) == GENERATOR


@pytest.mark.parametrize(
    ("scalar", "point", "product"),
    [
        pytest.param(SCALAR_A, GENERATOR, SHARE_A.point, id="Ya"),
        pytest.param(SCALAR_B, GENERATOR, SHARE_B.point, id="Yb"),
        pytest.param(SCALAR_A, SHARE_B.point, SHARED, id="K of A"),
        pytest.param(SCALAR_B, SHARE_A.point, SHARED, id="K of B"),
    ],
)
def test_products_are_those_of_the_draft(scalar: bytes, point: bytes, product: bytes):
    assert multiply(scalar_of(scalar), point) == product


def test_the_key_is_that_of_the_draft_for_initiator_and_responder():
    assert intermediate_key(SESSION, SHARED, SHARE_A, SHARE_B) == KEY


@pytest.mark.parametrize("point", LOW_ORDER_POINTS.values(), ids=LOW_ORDER_POINTS.keys())
@pytest.mark.parametrize("scalar", [POINTS_SCALAR, SCALAR_A, SCALAR_B], ids=["s", "ya", "yb"])
def test_a_point_of_low_order_is_rejected(point: str, scalar: bytes):
    with pytest.raises(LowOrderPoint):
        multiply(scalar_of(scalar), bytes.fromhex(point))


@pytest.mark.parametrize(("point", "product"), POINTS_WITH_HIGH_BIT.values(), ids=POINTS_WITH_HIGH_BIT.keys())
def test_bit_255_of_a_point_does_not_count(point: str, product: str):
    assert multiply(scalar_of(POINTS_SCALAR), bytes.fromhex(point)) == bytes.fromhex(product)


@pytest.mark.parametrize(
    "vector", records("asymmetric/X25519/rfc7748.txt", "COUNT"), ids=lambda vector: vector["COUNT"]
)
def test_products_are_those_of_rfc_7748(vector: dict[str, str]):
    scalar, point = bytes.fromhex(vector["INPUT_SCALAR"]), bytes.fromhex(vector["INPUT_U"])

    assert multiply(scalar_of(scalar), point).hex() == vector["OUTPUT_U"]


@pytest.mark.parametrize("length", [0, 1, 15, 32, 110, 111, 118, 119, 127, 128, 300])
def test_another_implementation_agrees_on_the_key_for_secrets_of_every_length(length: int):
    secret = bytes(range(256))[:length] + bytes(max(0, length - 256))
    peer = other.CPace.start(
        role=other.CPaceRole.INITIATOR, prs=secret, sid=SESSION, ci=CHANNEL, ad=b"theirs"
    )
    own = Share(multiply(scalar_of(SCALAR_B), generator(secret, CHANNEL, SESSION)), b"ours")

    peer.derive(own.point, own.associated)

    theirs = Share(peer.public_share, b"theirs")
    assert intermediate_key(SESSION, multiply(scalar_of(SCALAR_B), theirs.point), theirs, own) == peer.isk
