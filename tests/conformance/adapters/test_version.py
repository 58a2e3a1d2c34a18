"""psync is of another version for as long as it is told to be, and of its own again."""

import pytest

import psync
from conformance.adapters.version import of_version

OWN = psync.__version__


@pytest.mark.parametrize(("version", "expected"), [("99.0", "99.0"), ("", OWN)])
def test_psync_is_of_the_version_and_then_of_its_own(version: str, expected: str) -> None:
    with of_version(version):
        assert psync.__version__ == expected

    assert psync.__version__ == OWN


def test_it_is_of_its_own_after_a_failure_too() -> None:
    with pytest.raises(ZeroDivisionError), of_version("99.0"):
        raise ZeroDivisionError

    assert psync.__version__ == OWN
