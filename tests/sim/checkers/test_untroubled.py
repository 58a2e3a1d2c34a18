"""A run that nothing has disturbed converges."""

from contextlib import nullcontext

import pytest

from sim.checkers.checker import Broken
from sim.checkers.untroubled import Untroubled
from tests.sim.checkers.trials import beginning


@pytest.mark.parametrize(
    ("effects", "exit_code", "is_told"),
    [
        ([], 0, False),
        ([], 1, True),
        ([], 3, True),
        (["RivalRun"], 3, False),
        (["RivalRun"], 1, True),
        (["DiskFull"], 1, False),
        (["DiskFull", "RivalRun"], 1, False),
    ],
)
def test_an_exit_code_is_judged_by_what_has_failed(effects: list[str], exit_code: int, is_told: bool) -> None:
    with beginning() as trial:
        trial.effects.update(effects)
        with pytest.raises(Broken, match="untroubled: exit code") if is_told else nullcontext():
            Untroubled(trial).after_run(exit_code)
