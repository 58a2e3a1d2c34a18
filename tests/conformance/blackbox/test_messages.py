"""Messages are those of PROTOCOL.md, and none of those that the suite knows changes anything."""

import pytest

from conformance.blackbox.messages import TYPES, MessageInvalid, Opened, decode, encode, raw
from tests.conformance.blackbox.written import messages

WRITTEN = messages()
KNOWN = [name for name, (_, plaintext) in WRITTEN.items() if plaintext[0] in TYPES]


@pytest.mark.parametrize("name", KNOWN)
def test_a_written_message_is_read_and_written_again(name: str) -> None:
    stream, plaintext = WRITTEN[name]
    found, message = decode(plaintext)

    assert found == stream
    assert encode(message, stream) == plaintext


def test_messages_that_change_anything_or_list_folders_are_unknown_to_the_suite() -> None:
    written = {plaintext[0] for _, plaintext in WRITTEN.values()}

    assert written - set(TYPES) == {17, 18, 19, 33, 34, 35, 36, 37}


def test_fields_that_a_later_listener_adds_are_passed_over() -> None:
    header = b"\x98\xc2\xa5posix\x01\xc2\x00\xc3\x90\xa3new"

    assert decode(raw(32, 1, header)) == (1, Opened(False, "posix", 1, False, 0))


FAULTY = {
    "an unknown code": (raw(99, 0, b"\x90"), "the code 99"),
    "another length": (raw(3, 0, b"\x91\x01") + b"x", "another length"),
    "another type": (raw(3, 0, b"\x91\xa1x"), "a Ping that cannot be read"),
    "text that is none": (raw(5, 0, b"\x91\xa1\xff"), "a Close that cannot be read"),
    "too deep": (raw(3, 0, b"\x92\x01" + b"\x91" * 100_000), "a Ping that cannot be read"),
    "too few fields": (raw(3, 0, b"\x90"), "a Ping that cannot be read"),
}


@pytest.mark.parametrize(("plaintext", "complaint"), FAULTY.values(), ids=FAULTY)
def test_what_is_no_message_is_refused(plaintext: bytes, complaint: str) -> None:
    with pytest.raises(MessageInvalid, match=complaint):
        decode(plaintext)
