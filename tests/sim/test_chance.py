"""A faster `randint` gives the same numbers."""

from random import Random

import pytest

from sim.chance import between

RANGES = [(0, 0), (1, 2), (0, 7), (5, 12), (200_000, 2_000_000), (0, 500_000), (-3, 3)]


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_the_numbers_are_those_of_randint(low: int, high: int) -> None:
    ours, theirs = Random(1), Random(1)

    assert [between(ours, low, high) for _ in range(200)] == [theirs.randint(low, high) for _ in range(200)]
