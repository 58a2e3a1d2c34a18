"""The key agreement is the one that PROTOCOL.md writes down."""

import pytest

from conformance.blackbox.agreement import ZERO, generator, multiply, prefixed, session_key
from tests.conformance.blackbox.written import handshake

WRITTEN = handshake()


def test_a_length_of_more_than_seven_bits_takes_two_bytes() -> None:
    assert (prefixed(b""), prefixed(b"ab"), prefixed(bytes(300))) == (
        b"\0",
        b"\2ab",
        b"\xac\x02" + bytes(300),
    )


def test_the_generator_is_the_written_one() -> None:
    assert generator(WRITTEN["PRS"], WRITTEN["nonce_c"] + WRITTEN["nonce_s"]) == WRITTEN["g"]


@pytest.mark.parametrize(
    ("scalar", "point", "product"),
    [("client scalar", "g", "Y_c"), ("listener scalar", "g", "Y_s"), ("client scalar", "Y_s", "K")],
)
def test_products_are_the_written_ones(scalar: str, point: str, product: str) -> None:
    assert multiply(WRITTEN[scalar], WRITTEN[point]) == WRITTEN[product]


@pytest.mark.parametrize("point", [ZERO, (1).to_bytes(32, "little")])
def test_a_point_of_low_order_gives_zero(point: bytes) -> None:
    assert multiply(WRITTEN["client scalar"], point) == ZERO


def test_the_session_key_is_the_written_one() -> None:
    assert session_key(WRITTEN["K"], WRITTEN["M1"], WRITTEN["M2"], WRITTEN["Y_c"]) == WRITTEN["ISK"]
