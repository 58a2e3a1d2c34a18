"""Sealed records: what opens, what does not, and when keys change."""

import itertools

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from psync.wire.keys import Secret, TrafficKeys
from psync.wire.seal import (
    OVERHEAD_BYTES,
    PLAINTEXT_BYTES_MAX,
    LengthInvalid,
    Opener,
    RecordRefused,
    RekeyLimits,
    Sealer,
    TagMismatch,
)
from tests.wire.vector_files import Record, records

KEYS = TrafficKeys(Secret(bytes(range(32))), Secret(bytes(range(32, 44))), Secret(bytes(range(44, 76))))
OTHER_KEYS = KEYS.following()
BYTES_MAX = 64


def seal(sealer: Sealer, plaintext: bytes) -> bytes:
    out = bytearray(len(plaintext) + OVERHEAD_BYTES + 3)
    length = sealer.seal_into(plaintext, memoryview(out))
    assert out[length:] == bytes(3), "what stands behind the record was touched"
    return bytes(out[:length])


def sealed(*plaintexts: bytes, limits: RekeyLimits | None = None) -> list[bytes]:
    sealer = Sealer(KEYS, BYTES_MAX, limits or RekeyLimits())
    return [seal(sealer, plaintext) for plaintext in plaintexts]


def opened(opener: Opener, record: bytes) -> bytes:
    out = bytearray(b"\xee" * (BYTES_MAX + 1))
    size = opener.open_into(record[:4], record[4:], memoryview(out))
    assert out[size:] == b"\xee" * (BYTES_MAX + 1 - size), "what stands behind the plaintext was touched"
    return bytes(out[:size])


def gcm_vectors(name: str) -> list[Record]:
    """Those of the form that records have: nonce of 96 bits, tag of 128."""
    found = records(f"ciphers/AES/GCM/{name}.rsp", "Count")
    return [vector for vector in found if (vector["IVlen"], vector["Taglen"]) == ("96", "128")]


def fields(vector: Record, *names: str) -> list[bytes]:
    return [bytes.fromhex(vector[name]) for name in names]


def test_encryption_into_a_buffer_gives_the_published_ciphertexts():
    vectors = gcm_vectors("gcmEncryptExtIV256")
    for vector in vectors:
        key, nonce, plaintext, data, ciphertext, tag = fields(vector, "Key", "IV", "PT", "AAD", "CT", "Tag")
        out = bytearray(len(plaintext) + 16)

        AESGCM(key).encrypt_into(nonce, plaintext, data, out)

        assert out == ciphertext + tag
    assert len(vectors) == 375


def test_decryption_into_a_buffer_gives_the_published_plaintexts_and_refusals():
    counts = {"opened": 0, "refused": 0}
    for vector in gcm_vectors("gcmDecrypt256"):
        key, nonce, ciphertext, data, tag = fields(vector, "Key", "IV", "CT", "AAD", "Tag")
        out = bytearray(len(ciphertext))
        if "FAIL" in vector:
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt_into(nonce, ciphertext + tag, data, out)
            counts["refused"] += 1
        else:
            AESGCM(key).decrypt_into(nonce, ciphertext + tag, data, out)
            assert [bytes(out)] == fields(vector, "PT")
            counts["opened"] += 1
    assert counts == {"opened": 184, "refused": 191}


def test_a_record_is_its_length_and_its_ciphertext_under_iv_and_number():
    iv = int.from_bytes(KEYS.iv.reveal(), "big")
    plaintexts = [b"first", b"second", *[b"more"] * 255, b"beyond one byte of number"]

    records_sealed = sealed(*plaintexts)

    for number, (plaintext, record) in enumerate(zip(plaintexts, records_sealed, strict=True)):
        length = (len(plaintext) + 16).to_bytes(4, "big")
        nonce = (iv ^ number).to_bytes(12, "big")
        assert record == length + AESGCM(KEYS.key.reveal()).encrypt(nonce, plaintext, length)


@given(
    st.lists(st.binary(min_size=1, max_size=BYTES_MAX), max_size=8), st.integers(1, 4), st.integers(1, 200)
)
def test_what_was_sealed_opens_in_its_order(plaintexts: list[bytes], records_max: int, bytes_max: int):
    limits = RekeyLimits(records_max, bytes_max)
    opener = Opener(KEYS, BYTES_MAX, limits)

    assert [opened(opener, record) for record in sealed(*plaintexts, limits=limits)] == plaintexts


def test_the_longest_record_passes():
    plaintext = bytes(range(256)) * (PLAINTEXT_BYTES_MAX // 256)
    out = bytearray(PLAINTEXT_BYTES_MAX)

    record = seal(Sealer(KEYS), plaintext)
    Opener(KEYS).open_into(record[:4], memoryview(record)[4:], memoryview(out))

    assert out == plaintext


@pytest.mark.parametrize("bytes_count", [0, BYTES_MAX + 1])
def test_to_seal_an_impossible_length_is_a_programming_error(bytes_count: int):
    with pytest.raises(AssertionError):
        sealed(bytes(bytes_count))


def test_every_flipped_bit_of_a_record_is_refused():
    (record,) = sealed(b"plaintext")
    for bit in range(len(record) * 8):
        flipped = bytearray(record)
        flipped[bit // 8] ^= 1 << bit % 8

        with pytest.raises(RecordRefused):
            opened(Opener(KEYS, BYTES_MAX), bytes(flipped))


@pytest.mark.parametrize(
    ("order", "opens"),
    [
        pytest.param([0, 0], 1, id="repeated"),
        pytest.param([0, 2], 1, id="one left out"),
        pytest.param([1], 0, id="the second first"),
        pytest.param([0, 1, 0], 2, id="an earlier one again"),
    ],
)
def test_records_open_in_their_place_only(order: list[int], opens: int):
    records_sealed = sealed(b"first", b"second", b"third")
    opener = Opener(KEYS, BYTES_MAX)
    *before, last = (records_sealed[number] for number in order)

    assert len([opened(opener, record) for record in before]) == opens
    with pytest.raises(TagMismatch):
        opened(opener, last)


def test_a_record_of_other_keys_is_refused():
    with pytest.raises(TagMismatch):
        opened(Opener(OTHER_KEYS, BYTES_MAX), *sealed(b"plaintext"))


def test_a_record_sealed_for_another_length_is_refused_though_all_its_bytes_are_there():
    (record,) = sealed(b"plaintext")
    length = (len(record) - 4 - 1).to_bytes(4, "big")

    with pytest.raises(TagMismatch):
        Opener(KEYS, BYTES_MAX).open_into(length, record[4:-1], memoryview(bytearray(BYTES_MAX)))


@pytest.mark.parametrize("cut", [slice(4, -1), slice(4, 4), slice(5, None), slice(0, None)])
def test_a_ciphertext_that_is_not_as_long_as_announced_is_refused(cut: slice):
    (record,) = sealed(b"plaintext")

    with pytest.raises(LengthInvalid):
        Opener(KEYS, BYTES_MAX).open_into(record[:4], record[cut], memoryview(bytearray(BYTES_MAX)))


@pytest.mark.parametrize(
    "length",
    [
        pytest.param(0, id="zero"),
        pytest.param(15, id="shorter than a tag"),
        pytest.param(16, id="a tag and nothing"),
        pytest.param(BYTES_MAX + 17, id="a byte too long"),
        pytest.param(2**32 - 1, id="the longest"),
    ],
)
def test_a_length_that_no_record_has_is_refused_before_the_record_is_there(length: int):
    with pytest.raises(LengthInvalid):
        Opener(KEYS, BYTES_MAX).ciphertext_bytes(length.to_bytes(4, "big"))


def test_a_length_tells_how_many_bytes_follow():
    lengths = [17, BYTES_MAX + 16]

    assert [
        Opener(KEYS, BYTES_MAX).ciphertext_bytes(bytes([0, 0, 0, length])) for length in lengths
    ] == lengths


def test_a_length_of_other_than_4_bytes_is_a_programming_error():
    with pytest.raises(AssertionError):
        Opener(KEYS, BYTES_MAX).ciphertext_bytes(bytes([0, 0, 20]))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda record: record[:-1] + bytes([record[-1] ^ 1]), id="bad tag"),
        pytest.param(lambda record: record[:-1], id="cut"),
        pytest.param(lambda record: bytes(4) + record[4:], id="bad length"),
    ],
)
def test_after_one_bad_record_nothing_opens(fault):
    (record,) = sealed(b"plaintext")
    opener = Opener(KEYS, BYTES_MAX)
    with pytest.raises(RecordRefused):
        opened(opener, fault(record))

    with pytest.raises(TagMismatch):
        opened(opener, record)
    with pytest.raises(TagMismatch):
        opener.ciphertext_bytes(record[:4])


def test_nothing_of_a_refused_record_stays_in_the_buffer():
    (record,) = sealed(b"plaintext")
    out = bytearray(BYTES_MAX)

    with pytest.raises(TagMismatch):
        Opener(KEYS, BYTES_MAX).open_into(record[:4], record[4:-1] + bytes(1), memoryview(out))

    assert out == bytes(BYTES_MAX)


def keys_of(record: bytes, generations: int) -> list[tuple[int, int]]:
    """Which keys, counted from the first, and which number under them open this record."""
    found = []
    chain = itertools.accumulate(range(generations), lambda keys, _: keys.following(), initial=KEYS)
    for generation, keys in enumerate(chain):
        for number in range(4):
            nonce = (int.from_bytes(keys.iv.reveal(), "big") ^ number).to_bytes(12, "big")
            try:
                AESGCM(keys.key.reveal()).decrypt(nonce, record[4:], record[:4])
            except InvalidTag:
                continue
            found.append((generation, number))
    return found


@pytest.mark.parametrize(
    ("limits", "sizes", "expected"),
    [
        pytest.param(RekeyLimits(records=2), [1] * 5, [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)], id="records"),
        pytest.param(
            RekeyLimits(plaintext_bytes=20),
            [10, 10, 1, 19, 1],
            [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)],
            id="bytes, exactly full",
        ),
        pytest.param(
            RekeyLimits(plaintext_bytes=20), [10, 11, 9, 1], [(0, 0), (1, 0), (1, 1), (2, 0)], id="bytes"
        ),
        pytest.param(RekeyLimits(3, 20), [1, 1, 1, 20], [(0, 0), (0, 1), (0, 2), (1, 0)], id="both at once"),
        pytest.param(RekeyLimits(), [1, 1], [(0, 0), (0, 1)], id="far from the limits"),
    ],
)
def test_keys_change_where_the_next_record_would_pass_a_limit(
    limits: RekeyLimits, sizes: list[int], expected: list[tuple[int, int]]
):
    records_sealed = sealed(*(bytes(size) for size in sizes), limits=limits)

    assert [keys_of(record, 3) for record in records_sealed] == [[place] for place in expected]


def test_one_key_encrypts_64_gib_or_2_to_the_24_records():
    assert RekeyLimits() == RekeyLimits(records=2**24, plaintext_bytes=64 * 2**30)


def test_a_side_that_changes_keys_elsewhere_is_refused():
    first, second = sealed(b"first", b"second", limits=RekeyLimits(records=1))
    opener = Opener(KEYS, BYTES_MAX, RekeyLimits(records=2))
    opened(opener, first)

    with pytest.raises(TagMismatch):
        opened(opener, second)
