"""Programs and machines that fail: each fault has its effect, and the run after it repairs what it did."""

import pytest

from sim.faults import ClockJumps, Fault, PowerCut, ProcessHangs, ProcessKilled, ProcessStopped
from sim.trial import carry_out
from tests.sim.plans import with_faults

# Fault, what is counted, exit code of the first run.
FAULTS: dict[str, tuple[Fault, str, int]] = {
    "the listener is killed": (ProcessKilled("far", 80), "ProcessKilled", 3),
    "the client is killed": (ProcessKilled("near", 20), "ProcessKilled", -9),
    "the listener is stopped": (ProcessStopped("far", 80), "ProcessStopped", 3),
    "the client is stopped": (ProcessStopped("near", 20), "ProcessStopped", 130),
    "the target loses its power": (PowerCut("far", 70), "PowerCut names unsynced", 3),
    "the client loses its power": (PowerCut("near", 20), "PowerCut all synced", -9),
    "the listener hangs for a moment": (ProcessHangs("far", 80, 20.0), "ProcessHangs", 0),
    "the listener hangs for too long": (ProcessHangs("far", 80, 150.0), "ProcessHangs", 3),
    "a clock goes back": (ClockJumps("far", 80, -86400.0), "ClockJumps", 0),
}


@pytest.mark.parametrize(("fault", "effect", "exit_code"), FAULTS.values(), ids=FAULTS)
def test_it_happens_and_the_next_run_converges(fault: Fault, effect: str, exit_code: int) -> None:
    result, _ = carry_out(with_faults(fault))

    assert (result.broken, result.effects) == ("", {effect: 1})
    assert result.exit_codes == (exit_code, 0, 0)
