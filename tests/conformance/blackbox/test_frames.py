"""The frames and keys are those of PROTOCOL.md; the committed vectors of frames hold."""

from typing import Any

import pytest

from conformance.blackbox.frames import (
    ANSWER_BYTES,
    Agreement,
    Answer,
    FrameInvalid,
    Offer,
    agree,
    read_refusal,
    refusal,
)
from conformance.vector import VECTORS, Vector, load_vectors
from tests.conformance.blackbox.written import handshake

WRITTEN = handshake()
FRAMES = [vector for vector in load_vectors(VECTORS).values() if vector.op == "read_frame"]


def of_frame(name: str, *, length: int = 0) -> list[Vector]:
    found = [vector for vector in FRAMES if vector.params["frame"] == name]
    return [vector for vector in found if not length or len(vector.params["hex"]) == 2 * length]


def agreement() -> Agreement:
    return agree(*(WRITTEN[name] for name in ("K", "M1", "M2", "Y_c")))


def offer_of(ok: dict[str, Any], reserved: int) -> Offer:
    versions = (ok["version_min"], ok["version_max"])
    nonce = bytes.fromhex(ok["nonce"])
    return Offer(ok["mode"], nonce, versions, ok["suites"], ok["record_log2_max"], reserved)


@pytest.mark.parametrize(
    "vector", [one for one in of_frame("offer") if isinstance(one.expect.ok, dict)], ids=lambda one: one.id
)
def test_an_offer_is_written_as_in_the_vectors(vector: Vector) -> None:
    assert isinstance(vector.expect.ok, dict)
    data = bytearray.fromhex(vector.params["hex"])
    data[15] = data[13]  # the vector of what is reserved leaves this byte alone

    assert offer_of(vector.expect.ok, data[13]).encode() == data


@pytest.mark.parametrize("vector", of_frame("answer", length=ANSWER_BYTES), ids=lambda one: one.id)
def test_an_answer_is_read_as_in_the_vectors(vector: Vector) -> None:
    data = bytes.fromhex(vector.params["hex"])
    alerts = {"VERSION": (1, 9), "MODE_MISMATCH": (2,), "BUSY": (3,)}
    if isinstance(vector.expect.ok, dict):
        answer = Answer.decode(data)
        assert (answer.nonce.hex(), answer.share.hex()) == (
            vector.expect.ok["nonce"],
            vector.expect.ok["point"],
        )
    elif data[9] == 9:
        with pytest.raises(FrameInvalid, match="alert 9 has no place"):
            Answer.decode(data)
    else:
        assert Answer.decode(data).alert in alerts[str(vector.expect.rejected)]


CHANGED = {
    "another magic": (0, 0x51, "begins with"),
    "another suite": (11, 2, "suite 2"),
    "a smaller record": (14, 19, "record size 19"),
    "a newer version": (8, 2, "version 2"),
    "an alert with a nonce": (9, 3, "is zero from"),
    "an alert of a verdict": (9, 4, "alert 4 has no place"),
}


@pytest.mark.parametrize(("place", "value", "complaint"), CHANGED.values(), ids=CHANGED)
def test_an_answer_that_fits_no_offer_is_refused(place: int, value: int, complaint: str) -> None:
    data = bytearray(WRITTEN["M2"])
    data[place] = value

    with pytest.raises(FrameInvalid, match=complaint):
        Answer.decode(bytes(data))


def test_the_tags_and_keys_are_the_written_ones() -> None:
    agreed = agreement()
    transcript = agreed.transcript(WRITTEN["M4"])

    assert WRITTEN["Y_c"] + agreed.client_tag == WRITTEN["M3"]
    assert (agreed.prk, agreed.acceptance, transcript) == (
        WRITTEN["prk"],
        WRITTEN["M4"],
        WRITTEN["transcript"],
    )
    assert agreed.connection_id(transcript) == WRITTEN["conn-id"]
    for sender in ("client", "listener"):
        names = (f"{sender} {part}" for part in ("key", "iv", "rekey"))
        assert agreed.direction(sender, transcript) == tuple(WRITTEN[name] for name in names)


def test_refusals_are_those_of_the_vectors() -> None:
    read = {vector.id: bytes.fromhex(vector.params["hex"]) for vector in of_frame("verdict")}

    assert read_refusal(read["wire-verdict-key-mismatch"]) == 4
    assert read_refusal(read["wire-verdict-busy"]) == 3
    assert read["wire-verdict-busy"] == refusal(3)
    for name in ("wire-verdict-unproven", "wire-verdict-out-of-place"):
        with pytest.raises(FrameInvalid, match="no refusal"):
            read_refusal(read[name])
