"""Contents are described, made and compared in one way on both sides of the wire."""

import hashlib

import pytest

from conformance.content import Content, Entry, Link, Made, bare, expected, planted, with_times


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_described_bytes_are_digests_one_after_another() -> None:
    first, second = (hashlib.sha256(text).digest() for text in (b"large:0", b"large:1"))

    assert Made(0, "large").content() == b""
    assert Made(40, "large").content() == first + second[:8]
    assert Made(64, "large").content() == first + second
    assert Made(40).content() == hashlib.sha256(b":0").digest() + hashlib.sha256(b":1").digest()[:8]


@pytest.mark.parametrize(
    ("content", "asked", "told"),
    [
        (None, {"kind": "folder"}, {"kind": "folder"}),
        ("\u00e4", {"kind": "file", "text": "\u00e4"}, {"kind": "file", "sha256": _sha256(b"\xc3\xa4")}),
        (b"\x00\xff", {"kind": "file", "hex": "00ff"}, {"kind": "file", "sha256": _sha256(b"\x00\xff")}),
        (
            Made(3, "x"),
            {"kind": "file", "size": 3, "salt": "x"},
            {"kind": "file", "sha256": _sha256(Made(3, "x").content())},
        ),
        (Link("/etc"), {"kind": "link", "target": "/etc"}, {"kind": "link", "target": "/etc"}),
    ],
)
def test_each_kind_is_asked_for_and_expected_in_its_form(content: Content, asked: Entry, told: Entry) -> None:
    assert planted({"a": content}) == {"a": asked}
    assert expected({"a": content}) == {"a": told}


def test_folders_on_the_way_are_expected_and_need_not_be_asked_for() -> None:
    tree = {"a/b/c": None, "a/d": "x"}

    assert list(planted(tree)) == ["a/b/c", "a/d"]
    assert sorted(expected(tree)) == ["a", "a/b", "a/b/c", "a/d"]
    assert expected(tree)["a/b"] == {"kind": "folder"}


def test_entries_are_compared_without_what_is_no_matter() -> None:
    entry = {"kind": "file", "sha256": "x", "size": 1, "mtime": 7, "mode": 0o644}

    assert bare({"a": entry, "l": {"kind": "link", "target": "t", "size": 1}}) == {
        "a": {"kind": "file", "sha256": "x"},
        "l": {"kind": "link", "target": "t"},
    }


def test_what_nobody_may_touch_is_compared_with_its_time_and_mode() -> None:
    entry = {"kind": "file", "sha256": "x", "time": 7, "mode": 0o644}

    assert with_times({"a": {**entry, "size": 1}}) == {"a": entry}
