"""The scenarios of byte-level replication: what comes of them, and by what they tell a target that does otherwise."""

import pytest

from conformance.scenarios import byte_level
from tests.conformance.scenarios.delta import Delta
from tests.conformance.scenarios.playing import (
    Fault,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)

# It knows the setting, and sends whole files all the same; it may say of itself that it has not.
WHOLE_FILES = asked_otherwise("client.start", lambda params: params["job"].pop("block_level", None))
BOASTS = told_otherwise("client.wait", lambda told: told.update(bytes_wire=1))

HAS_IT_ALL_THE_SAME = asked_otherwise(
    "listener.start", lambda params: params["settings"].pop("block_level", None)
)

FEW_BYTES = told_otherwise("net.search", lambda told: told.update(bytes=20_000))
ALWAYS = asked_otherwise("client.start", lambda params: params["job"].update(block_level=True))
MIXED = done_besides(
    "client.wait", "fs.plant", **changed_file("far", "/srv/backup", **{"large.bin": "of both"})
)
PORT = "connection-one-port-carries-byte-level-too"

# What whoever sends whole files is told, by scenario.
WHOLE = {
    "byte-level-small-edit-is-small-in-a-push": "the run: 20",
    "byte-level-small-edit-is-small-in-a-pull": "the run: 20",
    "byte-level-every-edit-arrives": "the run after insert: 20",
    "byte-level-file-is-exchanged-at-the-end": "the next run: 20",
    "byte-level-whole-file-where-it-fails": "the run after an edit: 20",
    PORT: "30",
}


@pytest.mark.parametrize("id", ids_of(byte_level))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize("id", [*ids_of(byte_level), PORT])
def test_who_sends_what_is_new_passes(id: str) -> None:
    assert played(id, Delta().operations).message == ""


@pytest.mark.parametrize("id", WHOLE)
def test_who_sends_whole_files_fails_for_it_whatever_he_says_of_himself(id: str) -> None:
    message = played(id, WHOLE_FILES, BOASTS).message

    assert message.startswith(WHOLE[id])
    assert "bytes travelled for" in message


@pytest.mark.parametrize(
    ("id", "faults", "complaint"),
    [
        ("whole-file-without-it", [FEW_BYTES], "only 0 bytes travelled"),
        ("whole-file-without-it", [Delta().operations, ALWAYS], "only "),
        ("peer-without-it-gets-the-whole-file", [Delta(is_silent=True).operations], "nobody was told that "),
        ("peer-without-it-gets-the-whole-file", [Delta().operations, HAS_IT_ALL_THE_SAME], "only "),
        ("small-edit-is-small-in-a-pull", [Delta(push_only=True).operations], "the run: 20"),
        ("file-is-exchanged-at-the-end", [Delta(in_place=True).operations], "the target: large.bin is "),
        ("whole-file-where-it-fails", [Delta().operations, MIXED], "the target: large.bin is "),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, faults: list[Fault], complaint: str) -> None:
    assert played(f"byte-level-{id}", *faults).message.startswith(complaint)
