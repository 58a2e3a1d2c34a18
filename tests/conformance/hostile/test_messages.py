"""What a client sends that changes things is as PROTOCOL.md has it, where nothing in it is wrong; so is what it reads."""

from typing import Any

import pytest

from conformance.blackbox.messages import MessageInvalid
from conformance.hostile.messages import (
    APPLY,
    CHANGES,
    CONTENTS,
    REQUESTS,
    SCAN,
    SUPPLY,
    Contents,
    Entry,
    Listing,
    Listings,
    Outcome,
    Outcomes,
    Problem,
    Stamp,
    is_told,
    pack,
    read,
    write,
)
from tests.conformance.blackbox.written import messages

WRITTEN = messages()
STAMP = (7, 5, 1_700_000_000_000_000_000, 0)

SENT: dict[str, tuple[int, list[Any]]] = {
    "Scan": (SCAN, [False, ()]),
    "Supply": (SUPPLY, []),
    "Requests": (REQUESTS, [[[1, (b"a",)], [2, (b"b", b"c")]]]),
    "Apply none": (APPLY, ["none"]),
    "Changes, a folder": (CHANGES, [[[1, 1, (b"a",), None]]]),
    "Changes, a file": (CHANGES, [[[2, 2, (b"a", b"f"), 420, 5, STAMP]]]),
    "Changes, a link": (CHANGES, [[[3, 3, (b"l",), b"../x", 1, None]]]),
    "Changes, a mode": (CHANGES, [[[4, 4, (b"f",), 384, STAMP]]]),
    "Changes, a name": (CHANGES, [[[5, 5, (b"F",), b"f", STAMP]]]),
    "Changes, a folder opened": (CHANGES, [[[6, 6, (b"a",)]]]),
    "Changes, a folder finished": (CHANGES, [[[7, 7, (), 493, 1]]]),
    "Changes, a delete": (CHANGES, [[[8, 8, (b"f",), 1, STAMP]]]),
}

LISTED = Listings(
    (
        Listing(
            (b"a",),
            Entry(b"a", 2, 493, 0, -1, 7, 8),
            (),
            (Problem((b"a", b"\xff"), "PERMISSION", "why"),),
            False,
        ),
    ),
    True,
)

HEARD: dict[str, tuple[object, bytes]] = {
    "Listings with a problem": (LISTED, b""),
    "Outcomes": (
        Outcomes(
            (
                Outcome(1),
                Outcome(2, Stamp(*STAMP)),
                Outcome(3, None, Problem((b"a", b"\xff"), "PERMISSION", "why")),
            )
        ),
        b"",
    ),
    "Contents, a piece": (Contents((3, 1, 65_536)), b"some bytes"),
}


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_stands_on_the_page(name: str) -> None:
    stream, plaintext = WRITTEN[name]
    code, header = SENT[name]

    assert write(code, stream, header) == plaintext


@pytest.mark.parametrize("name", HEARD)
def test_what_is_heard_stands_on_the_page(name: str) -> None:
    _, plaintext = WRITTEN[name]

    assert is_told(plaintext)
    assert read(plaintext) == HEARD[name]


def test_other_messages_are_not_read_here() -> None:
    assert [name for name in ("Ping", "Opened", "Finish", "Fail") if is_told(WRITTEN[name][1])] == []


def test_one_that_cannot_be_read_is_told() -> None:
    with pytest.raises(MessageInvalid, match="a Outcomes that cannot be read"):
        read(write(Outcomes.code, 1, ["x"]))


def test_an_entry_is_known_by_four_numbers() -> None:
    assert Entry(b"a", 1, 0o644, 5, 6, 7, 8).stamp == Stamp(7, 5, 6, 8)


def test_several_files_have_the_same_content() -> None:
    header, bulk = pack([3, 4], b"ab")

    assert bulk == b"abab"
    assert [(id, size, time, len(digest)) for id, size, time, digest in header[0][1]] == [
        (3, 2, 0, 32),
        (4, 2, 0, 32),
    ]
    assert write(CONTENTS, 1, header, bulk).endswith(b"abab")
