"""What a case demands either holds, or is a violation that says what does not."""

import pytest

from conformance.blackbox.case import Violated, demand


def test_what_holds_is_passed_over_and_what_does_not_is_told() -> None:
    demand(True, "never told")
    with pytest.raises(Violated, match="the reason"):
        demand(False, "the reason")
