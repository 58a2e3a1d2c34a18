"""The four messages of the handshake, field by field."""

import pytest

from psync.wire.greeting import MAGIC, Alert, Answer, Offer, Proof, Verdict, VerdictKind

MAGIC_HEX = "5053594e0d0a1a01"
ONES, TWOS, THREES = b"\x11" * 32, b"\x22" * 32, b"\x33" * 32

OFFER = Offer(1, 2, 0x0304, mode=1, record_log2_max=20, nonce=ONES)
OFFER_HEX = MAGIC_HEX + "01" + "02" + "0304" + "01" + "00" + "14" + "00" + "00" * 16 + "11" * 32

ANSWER = Answer(2, 3, 0x0405, mode=1, record_log2_max=17, listener_id=b"\xaa" * 16, nonce=TWOS, point=THREES)
ANSWER_HEX = MAGIC_HEX + "02" + "03" + "0405" + "01" + "00" + "11" + "00" + "aa" * 16 + "22" * 32 + "33" * 32


@pytest.mark.parametrize(
    ("message", "encoded", "length"),
    [
        pytest.param(OFFER, OFFER_HEX, 64, id="offer"),
        pytest.param(ANSWER, ANSWER_HEX, 96, id="answer"),
        pytest.param(Proof(ONES, TWOS), "11" * 32 + "22" * 32, 64, id="proof"),
        pytest.param(
            Verdict(VerdictKind.ACCEPTED, 0, ONES), "0100" + "00" * 6 + "11" * 32, 40, id="accepted"
        ),
        pytest.param(
            Verdict(VerdictKind.REFUSED, Alert.KEY_MISMATCH, bytes(32)), "0204" + "00" * 38, 40, id="refused"
        ),
    ],
)
def test_a_message_has_its_fields_at_fixed_places(
    message: Offer | Answer | Proof | Verdict, encoded: str, length: int
):
    data = bytes.fromhex(encoded)

    assert message.encode() == data
    assert type(message).decode(data) == message
    assert len(data) == length


@pytest.mark.parametrize(
    ("message", "reserved"),
    [
        pytest.param(OFFER, [13, 15, *range(16, 32)], id="offer"),
        pytest.param(ANSWER, [13, 15], id="answer"),
    ],
)
def test_what_is_reserved_for_later_versions_is_not_looked_at(message: Offer | Answer, reserved: list[int]):
    data = bytearray(message.encode())
    for place in reserved:
        data[place] = 0xFF

    assert type(message).decode(bytes(data)) == message


def test_the_magic_shows_what_text_channels_do_to_bytes():
    assert MAGIC == b"PSYN\r\n\x1a\x01"


def test_alerts_have_stable_numbers():
    assert {alert.name: alert.value for alert in Alert} == {
        "VERSION": 1,
        "MODE_MISMATCH": 2,
        "BUSY": 3,
        "KEY_MISMATCH": 4,
    }
