"""psync itself answers the vectors: the only tests of what they say about paths, addresses, ports and messages."""

from dataclasses import asdict
from typing import Any

import pytest

from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Refusal
from conformance.judge import judge
from conformance.protocol import Answer, Rejected
from conformance.vector import Vector, load_alternatives, load_vectors
from conformance.verdict import State
from psync.wire.greeting import Answer as HandshakeAnswer
from psync.wire.greeting import Offer, Verdict
from psync.wire.keys import Secret, TrafficKeys
from psync.wire.refusal import HandshakeRefused
from psync.wire.seal import LengthInvalid, Opener, TagMismatch
from tests.checkout import ROOT
from tests.wire.handshakes import answered, client, listener

FOLDER = ROOT / "conformance/vectors"
VECTORS = load_vectors(FOLDER)

# What psync cannot be asked for yet, a field or an operation → requirement that waits for it.
NOT_BUILT = {
    "byte_level": "PS-BYTE-01",
    "connection_retry_minutes": "PS-RET-02",
    "cpu": "PS-LCF-02",
    "encryption": "PS-ENC-01",
    "rebuild": "PS-BYTE-03",
    "retries_max": "PS-RET-02",
    "retry_seconds": "PS-RET-02",
}

Params = dict[str, Any]


def subject(vector: Vector) -> str:
    field: str = vector.params.get("field", vector.op)
    return field


def is_built(vector: Vector) -> bool:
    return subject(vector) not in NOT_BUILT


BUILT = [vector for vector in VECTORS.values() if is_built(vector)]
ALTERNATIVES = [vector for vectors in load_alternatives(FOLDER).values() for vector in vectors.values()]


READERS = {"offer": (listener, Offer), "answer": (client, HandshakeAnswer), "verdict": (answered, Verdict)}


def read_frame(params: Params) -> Params:
    data = bytes.fromhex(params["hex"])
    if params["frame"] == "record":
        return {"plaintext": opened(data, params).hex()}
    side, kind = READERS[params["frame"]]
    side().receive(data)
    fields = asdict(kind.decode(data))
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


def opened(data: bytes, params: Params) -> bytes:
    """A record of a later number is the first one under the iv that makes its nonce."""
    nonce = int(params["iv"], 16) ^ params["number"]
    keys = TrafficKeys(
        Secret(bytes.fromhex(params["key"])), Secret(nonce.to_bytes(12, "big")), Secret(bytes(32))
    )
    opener, out = Opener(keys), bytearray(len(data))
    opener.ciphertext_bytes(data[:4])
    return bytes(out[: opener.open_into(data[:4], data[4:], memoryview(out))])


def answer(vector: Vector) -> Answer:
    """As psync's adapter answers; frames, for which one would need its own handshakes, are read here."""
    try:
        if vector.op == "read_frame":
            return Answer(1, ok=read_frame(vector.params))
        return Answer(1, ok=FUNCTIONS[vector.op](vector.params))
    except Refusal as refusal:
        return Answer(1, rejected=Rejected(refusal.code))
    except HandshakeRefused as refused:
        return Answer(1, rejected=Rejected(refused.code.value))
    except TagMismatch:
        return Answer(1, rejected=Rejected("TAG_MISMATCH"))
    except LengthInvalid:
        return Answer(1, rejected=Rejected("LENGTH_INVALID"))


def judged(vector: Vector) -> tuple[State, str]:
    return judge(vector, answer(vector), lambda id: answer(VECTORS[id]))


@pytest.mark.parametrize("vector", BUILT, ids=lambda vector: vector.id)
def test_psync_answers_as_the_vector_expects(vector: Vector):
    assert judged(vector) == (State.PASS, "")


@pytest.mark.parametrize("vector", ALTERNATIVES, ids=lambda vector: f"{vector.ambiguity} {vector.id}")
def test_psync_keeps_to_the_reading_that_was_chosen(vector: Vector):
    assert judged(vector)[0] is State.FAIL


def test_what_is_not_built_is_asked_for_by_vectors_of_its_requirement():
    subjects = {subject(vector) for vector in VECTORS.values() if not is_built(vector)}
    wrong = [
        vector.id
        for vector in VECTORS.values()
        if not is_built(vector) and NOT_BUILT[subject(vector)] not in vector.requirements
    ]

    assert subjects == set(NOT_BUILT)
    assert wrong == []
