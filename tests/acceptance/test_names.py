"""The hostile names are what they say."""

from psync.core.paths import is_temporary_name
from tests.acceptance.names import HOSTILE_NAMES


def test_names_are_different_and_none_is_a_temporary_of_psync() -> None:
    names = list(HOSTILE_NAMES.values())

    assert len(set(names)) == len(names)
    assert [name for name in names if is_temporary_name(name) or len(name) > 255 or b"/" in name] == []
