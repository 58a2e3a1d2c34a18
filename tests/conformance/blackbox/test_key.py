"""What an operator enters becomes the secret that PROTOCOL.md writes down, or is refused without being shown."""

from pathlib import Path

import pytest

from conformance.blackbox.key import KEYED, UNKEYED, Key, KeyInvalid, expand, read_key
from tests.conformance.blackbox.written import secrets


@pytest.mark.parametrize(("user", "password", "prs"), secrets())
def test_the_secret_is_the_written_one(user: str, password: str, prs: str) -> None:
    assert Key(user, password).secret().hex() == prs


def test_one_of_the_two_is_a_key() -> None:
    assert [Key(*pair).mode for pair in [("", ""), ("a", ""), ("", "b")]] == [UNKEYED, KEYED, KEYED]


def test_a_key_is_not_shown() -> None:
    assert repr(Key("canary", "canary")) == "<secret>"


def test_expansion_goes_on_behind_the_first_block() -> None:
    assert expand(b"k", b"", 76)[:32] == expand(b"k", b"", 32)
    assert len(expand(b"k", b"", 76)) == 76


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_newline_that_an_editor_writes_is_no_part_of_the_password(tmp_path: Path, end: str) -> None:
    (tmp_path / "key").write_bytes(b" secret " + end.encode())

    assert read_key("me", tmp_path / "key") == Key("me", " secret ")


def test_nothing_given_is_no_key() -> None:
    assert read_key(None, None) == Key()


REFUSED = {
    "an empty user name": ("", b"secret", "the user name is empty"),
    "an empty file": (None, b"\n", "the password file is empty"),
    "no text": (None, b"\xffcanary", "is no UTF-8 text"),
    "a long one": (None, b"canary" * 1000, "longer than 4,096 bytes"),
    "a file that is not there": (None, None, "cannot be read: No such file"),
}


@pytest.mark.parametrize(("user", "content", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_key_is_refused(
    tmp_path: Path, user: str | None, content: bytes | None, complaint: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)

    with pytest.raises(KeyInvalid, match=complaint) as refused:
        read_key(user, tmp_path / "key")
    assert "canary" not in str(refused.value)
