"""Bytes that no honest peer sends: changed, recorded, guessed, of another service, or plain garbage."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psync.wire.greeting import MAGIC, Alert, Verdict
from psync.wire.handshake import Established, Handshake
from psync.wire.refusal import HandshakeRefused, Refusal
from tests.wire.handshakes import (
    CLIENT_RANDOM,
    GOOD,
    LISTENER_RANDOM,
    answered,
    client,
    feed,
    listener,
    meet,
    offered,
    refused_by_verdict,
)
from tests.wire.test_cpace import LOW_ORDER_POINTS


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_no_flipped_bit_goes_unnoticed(number: int):
    for bit in range(len(GOOD.messages[number - 1]) * 8):

        def flip(at: int, message: bytes, bit: int = bit) -> bytes:
            flipped = int.from_bytes(message, "little") ^ (1 << bit)
            return flipped.to_bytes(len(message), "little") if at == number else message

        meeting = meet(client(), listener(), flip)

        outcomes = (meeting.client, meeting.listener)
        assert any(isinstance(outcome, Refusal) for outcome in outcomes), f"bit {bit}"
        assert not isinstance(meeting.client, Established), f"bit {bit}"
        assert number == 4 or not isinstance(meeting.listener, Established), f"bit {bit}"


@pytest.mark.parametrize("side", [client, listener], ids=["client", "listener"])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"SSH-2.0-OpenSSH_10.0\r\n", id="SSH"),
        pytest.param(b"220 ready\r\n", id="FTP or SMTP"),
        pytest.param(b"GET / HTTP/1.1\r\n", id="HTTP"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x28", id="TLS alert"),
        pytest.param(b"@RSYNCD: 32.0\n", id="rsync"),
        pytest.param(b"\x00", id="one wrong byte"),
        pytest.param(MAGIC[:7] + b"\x02", id="another form of handshake"),
        pytest.param(b"PSYN\n", id="line ends converted"),
        pytest.param(bytes(1000), id="longer than any message"),
    ],
)
def test_another_service_is_recognised_at_its_first_wrong_byte(side: Callable[[], Handshake], data: bytes):
    right = next((place for place, byte in enumerate(data) if MAGIC[place] != byte), len(data))
    patient = side()
    assert feed(patient, data[:right], 1) == (b"", None)

    assert feed(patient, data[right:]) == (b"", Refusal.NOT_PSYNC)
    assert feed(side(), data) == (b"", Refusal.NOT_PSYNC)


@pytest.mark.parametrize("point", LOW_ORDER_POINTS.values(), ids=LOW_ORDER_POINTS.keys())
def test_a_share_of_low_order_is_refused_on_either_side(point: str):
    answer = GOOD.messages[1][:64] + bytes.fromhex(point)
    proof = bytes.fromhex(point) + GOOD.messages[2][32:]

    assert feed(client(), answer) == (b"", Refusal.LISTENER_UNPROVEN)
    assert feed(offered(), proof) == (refused_by_verdict(Alert.KEY_MISMATCH), Refusal.KEY_MISMATCH)


@pytest.mark.parametrize(
    ("kind", "code", "refusal"),
    [
        pytest.param(2, Alert.KEY_MISMATCH, Refusal.KEY_MISMATCH, id="key mismatch"),
        pytest.param(2, Alert.BUSY, Refusal.BUSY, id="busy"),
        pytest.param(2, Alert.VERSION, Refusal.LISTENER_UNPROVEN, id="an alert out of place"),
        pytest.param(2, 0, Refusal.LISTENER_UNPROVEN, id="no alert"),
        pytest.param(2, 200, Refusal.LISTENER_UNPROVEN, id="an unknown alert"),
        pytest.param(1, 0, Refusal.LISTENER_UNPROVEN, id="no proof"),
        pytest.param(0, Alert.BUSY, Refusal.LISTENER_UNPROVEN, id="an unknown kind"),
    ],
)
def test_a_client_reads_a_verdict_that_proves_nothing_as(kind: int, code: int, refusal: Refusal):
    assert feed(answered(), Verdict(kind, code, bytes(32)).encode()) == (b"", refusal)


@pytest.mark.parametrize("place", range(8))
def test_a_verdict_with_the_right_proof_and_anything_else_wrong_proves_nothing(place: int):
    verdict = bytearray(GOOD.messages[3])
    verdict[place] |= 0x80

    assert feed(answered(), bytes(verdict)) == (b"", Refusal.LISTENER_UNPROVEN)


def test_a_recorded_client_is_refused():
    side = listener(random=LISTENER_RANDOM[::-1])
    side.receive(GOOD.messages[0])

    assert feed(side, GOOD.messages[2])[1] is Refusal.KEY_MISMATCH


def test_a_recorded_listener_is_refused():
    side = client(random=CLIENT_RANDOM[::-1])
    side.receive(GOOD.messages[1])

    assert feed(side, GOOD.messages[3])[1] is Refusal.LISTENER_UNPROVEN


def test_a_listener_that_knows_no_key_cannot_prove_itself_with_the_clients_proof():
    clients_tag = GOOD.messages[2][32:]

    assert feed(answered(), bytes([1]) + bytes(7) + clients_tag) == (b"", Refusal.LISTENER_UNPROVEN)


@pytest.mark.parametrize(
    ("fed", "has_unanswered_proof"),
    [
        pytest.param([], False, id="at the beginning"),
        pytest.param([bytes(1)], False, id="another service"),
        pytest.param([GOOD.messages[1][:95]], False, id="half an answer"),
        pytest.param([GOOD.messages[1]], True, id="the proof is out"),
        pytest.param([GOOD.messages[1], GOOD.messages[3][:39]], True, id="half a verdict"),
        pytest.param([GOOD.messages[1], bytes(40)], True, id="unproven"),
        pytest.param([GOOD.messages[1], refused_by_verdict(Alert.BUSY)], True, id="an alert proves nothing"),
        pytest.param([GOOD.messages[1], GOOD.messages[3]], False, id="proven"),
    ],
)
def test_a_client_knows_whether_somebody_has_had_a_guess(fed: list[bytes], has_unanswered_proof: bool):
    side = client()

    for data in fed:
        feed(side, data)

    assert side.has_unanswered_proof is has_unanswered_proof


# Beginnings that lead garbage to each of the four places where it can arrive.
SIDES = st.sampled_from([client, listener, answered, offered])
GARBAGE = st.lists(
    st.binary(max_size=120)
    | st.sampled_from([MAGIC, *GOOD.messages])
    | st.builds(lambda rest: MAGIC + rest, st.binary(min_size=56, max_size=88)),
    max_size=6,
)


@settings(max_examples=400)
@given(SIDES, GARBAGE)
def test_garbage_is_refused_and_never_anything_worse(side: Callable[[], Handshake], pieces: list[bytes]):
    handshake = side()
    for piece in pieces:
        try:
            progress = handshake.receive(piece)
        except HandshakeRefused:
            return
        if progress.established:
            assert set(pieces) & set(GOOD.messages), "only what was recorded of this very handshake is good"
            return


@settings(max_examples=100)
@given(SIDES, GARBAGE)
def test_pieces_do_not_matter(side: Callable[[], Handshake], pieces: list[bytes]):
    data = b"".join(pieces)

    whole, single = feed(side(), data), feed(side(), data, 1)

    assert whole[0] == single[0]
    assert type(whole[1]) is type(single[1])
    assert isinstance(whole[1], Established) or whole[1] == single[1]
