"""From what the operator enters to the keys of a connection."""

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import given
from hypothesis import strategies as st

from psync.core.errors import SecretInvalid
from psync.wire.keys import (
    UNKEYED_PRS,
    KeySchedule,
    Mode,
    Role,
    Secret,
    SessionKeys,
    TrafficKeys,
    expand,
    extract,
    generate_key,
    mode_of,
    parse_key,
    stretch,
)
from tests.wire.vector_files import records

GENERATED = "psync1-aaaqeayeaudaocajbifqydiob4"
TRANSCRIPT = bytes(range(32))


def test_a_secret_shows_itself_nowhere():
    secret = Secret(b"canary")

    assert [repr(secret), str(secret), f"{secret}", repr([secret])] == ["<secret>"] * 3 + ["[<secret>]"]
    assert secret.reveal() == b"canary"


def test_secrets_are_equal_when_their_bytes_are():
    assert Secret(b"a") == Secret(b"a")
    assert Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"


def test_a_password_is_stretched_with_scrypt():
    entered = b"\x08operator" + b"\x06secret"

    stretched = stretch("operator", "secret")

    assert stretched.reveal() == Scrypt(b"psync/1 prs", 32, 2**17, 8, 1).derive(entered)


def test_a_generated_key_is_not_stretched():
    entered = b"\x08operator" + b"\x21" + GENERATED.encode()

    assert stretch("operator", GENERATED).reveal() == expand(extract(b"psync/1 prs", entered), b"", 32)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        pytest.param("", GENERATED, id="no user"),
        pytest.param("Operator", GENERATED, id="another case"),
        pytest.param("operator ", GENERATED, id="a space more"),
        pytest.param("operator", generate_key(bytes(16)), id="another key"),
    ],
)
def test_another_user_or_key_gives_another_secret(user: str, password: str):
    assert stretch(user, password) != stretch("operator", GENERATED)


def test_without_user_and_password_the_secret_is_the_public_constant():
    assert stretch("", "") == UNKEYED_PRS
    assert UNKEYED_PRS.reveal() == b"psync/1 unkeyed"


def test_the_mode_tells_whether_there_is_a_key():
    assert mode_of(stretch("", "")) is Mode.UNKEYED
    assert mode_of(stretch("", GENERATED)) is Mode.KEYED


@pytest.mark.parametrize(
    ("user", "password", "name"), [("\udc80", "secret", "user name"), ("user", "\udc80", "password")]
)
def test_text_that_is_no_unicode_is_refused_without_being_shown(user: str, password: str, name: str):
    with pytest.raises(SecretInvalid) as refused:
        stretch(user, password)

    assert str(refused.value) == f"The {name} cannot be used: it is not valid Unicode text."


def test_a_generated_key_is_26_digits_of_base32():
    assert generate_key(bytes(range(16))) == GENERATED
    assert generate_key(b"\xff" * 16) == "psync1-" + "7" * 25 + "4"


@given(st.binary(min_size=16, max_size=16))
def test_a_generated_key_reads_back(random16: bytes):
    assert parse_key(generate_key(random16)) == random16


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("psync1-", id="no digits"),
        pytest.param(GENERATED[:-1], id="a digit less"),
        pytest.param(GENERATED + "a", id="a digit more"),
        pytest.param(GENERATED + "\n", id="a line end"),
        pytest.param(" " + GENERATED, id="a space in front"),
        pytest.param(GENERATED.upper(), id="capitals"),
        pytest.param("psync1-" + GENERATED[7:].upper(), id="capital digits"),
        pytest.param("psync2-" + GENERATED[7:], id="another prefix"),
        pytest.param(GENERATED[:-1] + "5", id="a bit behind the last byte"),
        pytest.param(GENERATED[:-2] + "14", id="a digit that base32 does not have"),
        pytest.param(GENERATED[:-2] + "\u0661a", id="a foreign digit"),
    ],
)
def test_what_is_almost_a_generated_key_is_a_password(text: str):
    assert parse_key(text) is None


@pytest.mark.parametrize("name", ["KDF/rfc-5869-HKDF-SHA256.txt", "KDF/hkdf-generated.txt"])
def test_hkdf_gives_the_published_keys(name: str):
    for vector in records(name, "COUNT"):
        material, salt, info = (bytes.fromhex(vector[field]) for field in ("IKM", "salt", "info"))
        key = extract(salt, material)

        assert key.hex() == vector.get("PRK", key.hex())
        assert expand(key, info, int(vector["L"])).hex() == vector["OKM"]


def test_each_key_has_its_own_label():
    prk = extract(b"psync/1", b"intermediate")
    schedule = KeySchedule.start(b"intermediate")

    def derived(label: bytes, length: int) -> bytes:
        return expand(prk, b"psync/1 " + label + TRANSCRIPT, length)

    def direction(sender: bytes) -> TrafficKeys:
        block = derived(b"data " + sender, 44)
        return TrafficKeys(Secret(block[:32]), Secret(block[32:]), Secret(derived(b"rekey " + sender, 32)))

    assert schedule == KeySchedule(Secret(prk))
    assert schedule.confirmation_key(Role.CLIENT, TRANSCRIPT).reveal() == derived(b"confirm client", 32)
    assert schedule.confirmation_key(Role.LISTENER, TRANSCRIPT).reveal() == derived(b"confirm listener", 32)
    assert schedule.session_keys(Role.CLIENT, TRANSCRIPT) == SessionKeys(
        sending=direction(b"client"), receiving=direction(b"listener")
    )
    assert schedule.connection_id(TRANSCRIPT) == derived(b"conn-id", 8)


def test_what_one_side_sends_with_the_other_receives_with():
    schedule = KeySchedule.start(b"intermediate")

    client = schedule.session_keys(Role.CLIENT, TRANSCRIPT)
    listener = schedule.session_keys(Role.LISTENER, TRANSCRIPT)

    assert client == SessionKeys(listener.receiving, listener.sending)
    assert client.sending.key != client.receiving.key


def test_following_keys_come_from_the_rekey_secret_alone():
    block = expand(b"r" * 32, b"psync/1 rekey", 76)

    following = TrafficKeys(Secret(b"k" * 32), Secret(b"i" * 12), Secret(b"r" * 32)).following()

    assert following == TrafficKeys(Secret(block[:32]), Secret(block[32:44]), Secret(block[44:]))


def test_keys_do_not_show_themselves():
    keys = KeySchedule.start(b"intermediate").session_keys(Role.CLIENT, TRANSCRIPT)

    assert repr(keys.sending) == "TrafficKeys(key=<secret>, iv=<secret>, rekey=<secret>)"
    assert repr(keys) == f"SessionKeys(sending={keys.sending!r}, receiving={keys.receiving!r})"
    assert repr(KeySchedule.start(b"intermediate")) == "KeySchedule(prk=<secret>)"
