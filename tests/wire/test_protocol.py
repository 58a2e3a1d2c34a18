"""The vectors of PROTOCOL.md are what the code computes, all of them."""

import json
import re

import pytest

from psync.wire.agreement import agree, own_point
from psync.wire.cpace import Share, generator, intermediate_key, multiply, scalar_of
from psync.wire.greeting import Answer, Proof
from psync.wire.handshake import Established
from psync.wire.identity import sign_transcript
from psync.wire.keys import TrafficKeys, stretch
from psync.wire.seal import OVERHEAD_BYTES, Sealer
from tests.checkout import ROOT
from tests.wire.handshakes import (
    CLIENT_RANDOM,
    IDENTITY,
    KEY,
    LISTENER_RANDOM,
    PRS,
    USER,
    Meeting,
    client,
    listener,
    meet,
)

TEXT = (ROOT / "psync/wire/PROTOCOL.md").read_text("utf-8")
VECTORS_TEXT = TEXT.partition("\n## Vectors\n")[2].partition("\n## ")[0]

CLIENT_NONCE, CLIENT_SCALAR = CLIENT_RANDOM[:32], CLIENT_RANDOM[32:]
LISTENER_NONCE, LISTENER_SCALAR = LISTENER_RANDOM[:32], LISTENER_RANDOM[32:]
PLAINTEXT = b"psync"


def written_secrets() -> list[tuple[str, str, str]]:
    rows = re.findall(r'^\| `(".*")` \| `(".*")` \| `([0-9a-f]+)` \|$', VECTORS_TEXT, re.MULTILINE)
    return [(json.loads(user), json.loads(password), prs) for user, password, prs in rows]


def written_handshake() -> dict[str, str]:
    block = VECTORS_TEXT.partition("```\n")[2].partition("```")[0]
    lines = re.sub(r"\n +", "", block).splitlines()
    return dict(line.split(" = ") for line in lines)


def computed_handshake() -> dict[str, str]:
    meeting = meet(client(), listener())
    values = entered() | agreed(meeting) | {f"M{n}": m for n, m in enumerate(meeting.messages, start=1)}
    established = meeting.client
    assert isinstance(established, Established)
    values |= {
        "transcript": established.transcript,
        "conn-id": established.connection_id,
        "listener public key": IDENTITY.public_key,
        "signature": sign_transcript(IDENTITY, established.transcript),
    }
    values |= direction("client", established.keys.sending)
    values |= direction("listener", established.keys.receiving)
    return {name: value.hex() for name, value in values.items()}


def entered() -> dict[str, bytes]:
    return {
        "PRS": PRS.reveal(),
        "nonce_c": CLIENT_NONCE,
        "client scalar": CLIENT_SCALAR,
        "nonce_s": LISTENER_NONCE,
        "listener scalar": LISTENER_SCALAR,
        "listener seed": IDENTITY.to_bytes(),
    }


def agreed(meeting: Meeting) -> dict[str, bytes]:
    offer, answer, proof, _ = meeting.messages
    point, session = Proof.decode(proof).point, CLIENT_NONCE + LISTENER_NONCE
    shared = multiply(scalar_of(CLIENT_SCALAR), Answer.decode(answer).point)
    shares = (Share(Answer.decode(answer).point, answer[:64]), Share(point, offer))
    agreement = agree(scalar_of(LISTENER_SCALAR), point, offer, answer, point)
    return {
        "g": generator(PRS.reveal(), b"psync/1", session),
        "Y_s": own_point(PRS, scalar_of(LISTENER_SCALAR), CLIENT_NONCE, LISTENER_NONCE),
        "Y_c": own_point(PRS, scalar_of(CLIENT_SCALAR), CLIENT_NONCE, LISTENER_NONCE),
        "K": shared,
        "ISK": intermediate_key(session, shared, *shares),
        "prk": agreement.schedule.prk.reveal(),
        "T_c": agreement.client_tag,
        "T_s": agreement.listener_tag,
    }


def direction(sender: str, keys: TrafficKeys) -> dict[str, bytes]:
    sealer = Sealer(keys)
    values = named(sender, keys) | named(f"{sender} second", keys.following())
    return values | {f"{sender} record {number}": seal(sealer) for number in (0, 1)}


def named(name: str, keys: TrafficKeys) -> dict[str, bytes]:
    return {
        f"{name} key": keys.key.reveal(),
        f"{name} iv": keys.iv.reveal(),
        f"{name} rekey": keys.rekey.reveal(),
    }


def seal(sealer: Sealer) -> bytes:
    out = bytearray(len(PLAINTEXT) + OVERHEAD_BYTES)
    sealer.seal_into(PLAINTEXT, memoryview(out))
    return bytes(out)


@pytest.mark.parametrize(("user", "password", "prs"), written_secrets())
def test_a_written_secret_is_what_the_code_makes_of_user_and_password(user: str, password: str, prs: str):
    assert stretch(user, password).reveal().hex() == prs


def test_composed_and_combining_letters_are_among_the_written_secrets():
    entered = {(user, password) for user, password, _ in written_secrets()}

    assert {("caf\u00e9", KEY), ("cafe\u0301", KEY), (USER, KEY), ("", "")} <= entered


def test_the_written_handshake_is_the_computed_one():
    assert written_handshake() == computed_handshake()
