"""Two sides meet, or do not: whole handshakes, every way they can fail, and what both learn."""

from collections.abc import Callable

import pytest

from psync.wire.greeting import Alert
from psync.wire.handshake import Established, Handshake, Progress
from psync.wire.identity import sign_transcript, verify_identity
from psync.wire.keys import Mode, Role, Secret, SessionKeys, generate_key, stretch
from psync.wire.refusal import Refusal
from psync.wire.terms import Terms
from tests.wire import independent
from tests.wire.handshakes import (
    CLIENT_RANDOM,
    GOOD,
    IDENTITY,
    KEY,
    LISTENER_RANDOM,
    PRS,
    UNKEYED_PRS,
    USER,
    Meeting,
    answered,
    client,
    feed,
    listener,
    meet,
    offered,
    refused_by_verdict,
)

KEYED = Terms(Mode.KEYED)
UNKEYED = Terms(Mode.UNKEYED)
KEY_MISMATCH = (Refusal.KEY_MISMATCH, refused_by_verdict(Alert.KEY_MISMATCH))


@pytest.mark.parametrize("prs", [PRS, UNKEYED_PRS], ids=["keyed", "unkeyed"])
@pytest.mark.parametrize("piece_bytes", [None, 1, 7], ids=["whole", "byte by byte", "in pieces"])
def test_two_sides_with_the_same_secret_agree(prs: Secret, piece_bytes: int | None):
    meeting = meet(client(prs), listener(prs), piece_bytes=piece_bytes)

    assert isinstance(meeting.client, Established)
    assert meeting.listener == Established(
        keys=SessionKeys(meeting.client.keys.receiving, meeting.client.keys.sending),
        transcript=meeting.client.transcript,
        listener_id=IDENTITY.listener_id,
        connection_id=meeting.client.connection_id,
        version=1,
        trailing=b"",
    )
    assert [len(message) for message in meeting.messages] == [64, 96, 64, 40]


@pytest.mark.parametrize("record_log2", [16, 19])
def test_a_listener_refuses_records_that_hold_no_whole_message(record_log2: int):
    meeting = meet(client(), listener(), with_record_size(1, record_log2))

    assert (meeting.listener, meeting.client) == (Refusal.VERSION, Refusal.VERSION)


@pytest.mark.parametrize("record_log2", [16, 19, 21])
def test_a_client_refuses_records_of_another_size_than_it_offered(record_log2: int):
    meeting = meet(client(), listener(), with_record_size(2, record_log2))

    assert (len(meeting.messages), meeting.client) == (2, Refusal.VERSION)


def with_record_size(number: int, record_log2: int) -> Callable[[int, bytes], bytes]:
    """Let one of the messages name another size of records."""

    def change(at: int, message: bytes) -> bytes:
        return message[:14] + bytes([record_log2]) + message[15:] if at == number else message

    return change


@pytest.mark.parametrize(
    ("client_random", "listener_random"),
    [
        pytest.param(b"n" * 32 + CLIENT_RANDOM[32:], LISTENER_RANDOM, id="client's nonce"),
        pytest.param(CLIENT_RANDOM[:32] + b"s" * 32, LISTENER_RANDOM, id="client's scalar"),
        pytest.param(CLIENT_RANDOM, b"n" * 32 + LISTENER_RANDOM[32:], id="listener's nonce"),
        pytest.param(CLIENT_RANDOM, LISTENER_RANDOM[:32] + b"s" * 32, id="listener's scalar"),
    ],
)
def test_no_two_handshakes_share_a_key(client_random: bytes, listener_random: bytes):
    meeting = meet(client(random=client_random), listener(random=listener_random))

    assert isinstance(meeting.client, Established)
    assert isinstance(GOOD.client, Established)
    assert meeting.client.keys.sending != GOOD.client.keys.sending
    assert meeting.client.keys.receiving != GOOD.client.keys.receiving
    assert meeting.client.connection_id != GOOD.client.connection_id


@pytest.mark.parametrize("number", [3, 4])
def test_what_stands_behind_the_last_message_is_handed_back(number: int):
    side = offered() if number == 3 else answered()

    progress = side.receive(GOOD.messages[number - 1] + b"the first record")

    assert progress.established is not None
    assert progress.established.trailing == b"the first record"


def test_the_listener_signs_what_both_sides_saw():
    assert isinstance(GOOD.client, Established)
    assert isinstance(GOOD.listener, Established)
    signature = sign_transcript(IDENTITY, GOOD.listener.transcript)

    verify_identity(IDENTITY.public_key, signature, GOOD.client.transcript, GOOD.client.listener_id)


@pytest.mark.parametrize(
    ("client_prs", "listener_prs", "refusal", "reply"),
    [
        pytest.param(PRS, stretch("Operator", KEY), *KEY_MISMATCH, id="another user"),
        pytest.param(PRS, stretch("", KEY), *KEY_MISMATCH, id="only the client has a user"),
        pytest.param(stretch("", KEY), PRS, *KEY_MISMATCH, id="only the listener has a user"),
        pytest.param(PRS, stretch(USER, generate_key(bytes(16))), *KEY_MISMATCH, id="another key"),
        pytest.param(
            PRS,
            UNKEYED_PRS,
            Refusal.MODE_MISMATCH,
            UNKEYED.answer_refusing(Alert.MODE_MISMATCH).encode(),
            id="only the client has a key",
        ),
        pytest.param(
            UNKEYED_PRS,
            PRS,
            Refusal.MODE_MISMATCH,
            KEYED.answer_refusing(Alert.MODE_MISMATCH).encode(),
            id="only the listener has a key",
        ),
    ],
)
def test_both_sides_name_the_same_cause(
    client_prs: Secret, listener_prs: Secret, refusal: Refusal, reply: bytes
):
    meeting = meet(client(client_prs), listener(listener_prs))

    assert (meeting.client, meeting.listener) == (refusal, refusal)
    assert meeting.messages[-1] == reply


@pytest.mark.parametrize("side", [client, listener], ids=["client", "listener"])
def test_nothing_is_decided_before_a_message_is_whole(side: Callable[[], Handshake]):
    message = GOOD.messages[0 if side is listener else 1]

    assert side().receive(message[:-1]) == Progress(b"", None)


def test_a_listener_says_nothing_first():
    assert listener().opening == b""


@pytest.mark.parametrize(
    ("place", "value", "alert"),
    [
        pytest.param(8, 2, Alert.VERSION, id="version"),
        pytest.param(14, 1, Alert.VERSION, id="record size"),
        pytest.param(12, 0, Alert.MODE_MISMATCH, id="mode"),
    ],
)
def test_an_offer_that_cannot_be_met_is_refused_with_an_alert(place: int, value: int, alert: Alert):
    offer = bytearray(GOOD.messages[0])
    offer[place] = value

    reply, outcome = feed(listener(), bytes(offer))

    assert (reply, outcome) == (KEYED.answer_refusing(alert).encode(), Refusal(alert.name))
    assert feed(client(), reply) == (b"", Refusal(alert.name))


def test_an_answer_that_was_not_offered_is_refused():
    answer = GOOD.messages[1][:8] + b"\x02" + GOOD.messages[1][9:]

    assert feed(client(), answer) == (b"", Refusal.VERSION)


def test_a_busy_listener_refuses_the_offer():
    side = listener()
    side.refuse_busy()

    meeting = meet(client(), side)

    assert meeting == Meeting(
        [GOOD.messages[0], KEYED.answer_refusing(Alert.BUSY).encode()], Refusal.BUSY, Refusal.BUSY
    )


def test_a_listener_that_became_busy_refuses_the_proof():
    side = offered()
    side.refuse_busy()

    assert feed(side, GOOD.messages[2]) == (refused_by_verdict(Alert.BUSY), Refusal.BUSY)


def test_a_busy_listener_still_counts_a_wrong_guess():
    side = offered()
    side.refuse_busy()

    assert feed(side, bytes(64)) == (refused_by_verdict(Alert.KEY_MISMATCH), Refusal.KEY_MISMATCH)


def test_a_busy_listener_names_what_will_not_pass_by_waiting():
    side = listener()
    side.refuse_busy()

    assert meet(client(UNKEYED_PRS), side).client is Refusal.MODE_MISMATCH


def test_a_message_and_a_wrong_one_behind_it_get_both_their_answers():
    answer = GOOD.messages[1]

    assert feed(listener(), GOOD.messages[0] + bytes(64)) == (
        answer + refused_by_verdict(Alert.KEY_MISMATCH),
        Refusal.KEY_MISMATCH,
    )


@pytest.mark.parametrize(
    ("side", "data"),
    [
        pytest.param(answered, GOOD.messages[3], id="established"),
        pytest.param(listener, bytes(1), id="refused"),
    ],
)
def test_to_feed_a_finished_handshake_is_a_programming_error(side: Callable[[], Handshake], data: bytes):
    finished = side()
    feed(finished, data)

    with pytest.raises(AssertionError, match=r"^the handshake is over$"):
        finished.receive(b"more")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Handshake(Role.CLIENT, PRS, Mode.UNKEYED, CLIENT_RANDOM), id="keyed as unkeyed"),
        pytest.param(
            lambda: Handshake(Role.CLIENT, UNKEYED_PRS, Mode.KEYED, CLIENT_RANDOM), id="unkeyed as keyed"
        ),
        pytest.param(lambda: Handshake(Role.CLIENT, PRS, Mode.KEYED, bytes(63)), id="too little randomness"),
        pytest.param(
            lambda: Handshake(Role.LISTENER, PRS, Mode.KEYED, LISTENER_RANDOM), id="a nameless listener"
        ),
        pytest.param(
            lambda: Handshake(Role.CLIENT, PRS, Mode.KEYED, CLIENT_RANDOM, IDENTITY),
            id="a client with a name",
        ),
        pytest.param(lambda: client().refuse_busy(), id="a busy client"),
    ],
)
def test_what_makes_no_sense_is_a_programming_error(make: Callable[[], object]):
    with pytest.raises(AssertionError):
        make()


def test_an_independent_client_is_understood():
    side = listener()
    peer = independent.Client(PRS.reveal(), GOOD.messages[0])
    proof = peer.take_m2(side.receive(peer.m1).send)

    progress = side.receive(proof)

    assert seen_by_listener(progress.established) == peer.take_m4(progress.send)


def test_an_independent_listener_is_understood():
    side = client()
    peer = independent.Listener(PRS.reveal(), GOOD.messages[1][:64])
    proof = side.receive(peer.take_m1(side.opening)).send
    verdict, keys = peer.take_m3(proof)

    established = side.receive(verdict).established

    assert established is not None
    assert raw(established.keys.sending) == keys.client
    assert raw(established.keys.receiving) == keys.listener
    assert (established.transcript, established.connection_id) == (keys.transcript, keys.connection_id)


def raw(keys) -> tuple[bytes, bytes, bytes]:
    return keys.key.reveal(), keys.iv.reveal(), keys.rekey.reveal()


def seen_by_listener(established: Established | None) -> independent.Keys:
    assert established is not None
    return independent.Keys(
        client=raw(established.keys.receiving),
        listener=raw(established.keys.sending),
        transcript=established.transcript,
        connection_id=established.connection_id,
    )
