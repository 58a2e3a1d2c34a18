"""Whether one folder contains another, told from digests that mean nothing elsewhere."""

import pytest

from psync.core.lineage import FOLDER_MARK_BYTES, UNKNOWN_LINEAGE, Lineage, folder_mark

TOP, DATA, BELOW, OTHER = (folder_mark(b"boot", 1, inode) for inode in range(4))

HOME = Lineage((DATA, TOP))

CASES = {
    "itself": (HOME, True, True),
    "a folder in it": (Lineage((BELOW, DATA, TOP)), False, True),
    "the folder above": (Lineage((TOP,)), True, True),
    "a folder beside it": (Lineage((OTHER, TOP)), False, False),
    "a folder of another machine": (Lineage((folder_mark(b"other boot", 1, 1),)), False, False),
    "nobody knows where": (UNKNOWN_LINEAGE, False, False),
}


@pytest.mark.parametrize(("other", "is_within", "overlaps"), CASES.values(), ids=CASES.keys())
def test_a_folder_is_held_against_another(other: Lineage, is_within: bool, overlaps: bool) -> None:
    assert (HOME.is_within(other), HOME.overlaps(other), other.overlaps(HOME)) == (
        is_within,
        overlaps,
        overlaps,
    )


def test_a_folder_of_unknown_place_overlaps_nothing() -> None:
    assert not UNKNOWN_LINEAGE.overlaps(UNKNOWN_LINEAGE)


def test_a_mark_is_the_documented_digest() -> None:
    # b3sum of "boot 2049 131073" begins so.
    assert folder_mark(b"boot", 2049, 131073).hex() == "da2b71a1fa87df18d04ee6abdda6d933"
    assert len(TOP) == FOLDER_MARK_BYTES


@pytest.mark.parametrize(
    "mark", [folder_mark(b"b", 1, 1), folder_mark(b"boot", 2, 1), folder_mark(b"boot", 1, 2)]
)
def test_machine_device_and_inode_all_count(mark: bytes) -> None:
    assert mark != folder_mark(b"boot", 1, 1)
