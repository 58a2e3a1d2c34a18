"""Records are those of PROTOCOL.md and of the committed vectors."""

import pytest

from conformance.blackbox.key import expand
from conformance.blackbox.records import Direction, RecordInvalid, length_of
from conformance.vector import VECTORS, Vector, load_vectors
from tests.conformance.blackbox.written import handshake

WRITTEN = handshake()
RECORDS = [
    vector
    for vector in load_vectors(VECTORS).values()
    if vector.op == "read_frame" and vector.params["frame"] == "record"
]


@pytest.mark.parametrize("sender", ["client", "listener"])
def test_records_are_sealed_as_written(sender: str) -> None:
    direction = Direction(WRITTEN[f"{sender} key"], WRITTEN[f"{sender} iv"])

    assert [direction.seal(b"psync") for _ in range(2)] == [WRITTEN[f"{sender} record {n}"] for n in (0, 1)]


@pytest.mark.parametrize("vector", RECORDS, ids=lambda vector: vector.id)
def test_records_are_opened_as_in_the_vectors(vector: Vector) -> None:
    params = vector.params
    direction = Direction(bytes.fromhex(params["key"]), bytes.fromhex(params["iv"]), params["number"])
    record = bytes.fromhex(params["hex"])
    if isinstance(vector.expect.ok, dict):
        assert direction.open(record).hex() == vector.expect.ok["plaintext"]
    else:
        complaint = {"TAG_MISMATCH": "does not open", "LENGTH_INVALID": "a record of"}
        with pytest.raises(RecordInvalid, match=complaint[str(vector.expect.rejected)]):
            direction.open(record)


def test_a_record_shorter_than_it_says_is_refused() -> None:
    with pytest.raises(RecordInvalid, match="another length"):
        Direction(bytes(32), bytes(12)).open((20).to_bytes(4, "big") + bytes(19))


@pytest.mark.parametrize("length", [17, 1_048_592])
def test_lengths_within_the_limits_are_taken(length: int) -> None:
    assert length_of(length.to_bytes(4, "big")) == length


# The suite sends too little to change a key, but the page has to suffice for those who do.
def following(rekey: bytes) -> tuple[bytes, bytes, bytes]:
    text = expand(rekey, b"psync/1 rekey", 76)
    return text[:32], text[32:44], text[44:]


@pytest.mark.parametrize("sender", ["client", "listener"])
def test_the_keys_that_follow_are_the_written_ones(sender: str) -> None:
    names = (f"{sender} second {part}" for part in ("key", "iv", "rekey"))

    assert following(WRITTEN[f"{sender} rekey"]) == tuple(WRITTEN[name] for name in names)
