"""People who write meanwhile: each has an effect, and psync loses nothing of theirs but what the next run may take."""

import pytest

from sim.faults import Fault, RivalRun, SourceWritten, TargetWritten
from sim.trial import carry_out
from tests.sim.plans import with_faults

FAULTS: dict[str, tuple[Fault, int]] = {
    "a source that is being written": (SourceWritten("near", 2), 0),
    "a target that is written after the scan": (TargetWritten("far", 1), 1),
    "a second run of the same job": (RivalRun("far", 40), 0),
}


@pytest.mark.parametrize(("fault", "exit_code"), FAULTS.values(), ids=FAULTS)
def test_it_happens_and_is_repaired(fault: Fault, exit_code: int) -> None:
    result, world = carry_out(with_faults(fault))

    assert (result.broken, result.exit_codes) == ("", (exit_code, 0, 0))
    assert result.effects == {type(fault).__name__: 1}
    assert world.machines["far"].files.tree(b"/srv/data") == world.machines["near"].files.tree(
        b"/home/source"
    )


@pytest.mark.parametrize("fault", [SourceWritten("near", 99), TargetWritten("near", 1)])
def test_where_there_is_nothing_to_write_it_has_no_effect(fault: Fault) -> None:
    assert carry_out(with_faults(fault))[0].effects == {}
