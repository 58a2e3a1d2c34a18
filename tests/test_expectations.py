"""An expectation that nothing is raised fails when something is."""

import pytest

from tests.expectations import does_not_raise


def test_what_is_raised_fails_the_test_by_name():
    with pytest.raises(AssertionError, match=r"raised ValueError\('torn'\)"), does_not_raise():
        raise ValueError("torn")


def test_a_block_that_comes_to_its_end_has_done_its_work():
    done = []

    with does_not_raise():
        done.append("work")

    assert done == ["work"]
