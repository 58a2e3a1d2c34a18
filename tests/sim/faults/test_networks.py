"""Networks that fail: each fault has its effect, and the run after it repairs what it did."""

import pytest

from sim.faults import (
    ConnectionReset,
    Fault,
    LinkClogged,
    NameLost,
    NetworkSilent,
    PortFiltered,
    SegmentTampered,
)
from sim.trial import carry_out
from tests.sim.plans import with_faults

# Fault, what is counted, exit code of the first run.
FAULTS: dict[str, tuple[Fault, str, int]] = {
    "a slow link": (LinkClogged("near", "far", 0.1, 100_000, 100), "LinkClogged", 0),
    "silence for a moment": (
        NetworkSilent("near", "far", True, 20, 5.0),
        "NetworkSilent both ways",
        0,
    ),
    "silence for too long": (NetworkSilent("far", "near", False, 20, 200.0), "NetworkSilent one way", 3),
    "a reset": (ConnectionReset("near", "far", 20), "ConnectionReset", 3),
    "a flipped bit": (SegmentTampered("near", "far", "corrupt", 4), "SegmentTampered corrupt", 3),
    "a segment twice": (SegmentTampered("far", "near", "replay", 4), "SegmentTampered replay", 3),
    "a short segment": (SegmentTampered("near", "far", "truncate", 4), "SegmentTampered truncate", 3),
    "a firewall": (PortFiltered("far", 3.0), "PortFiltered", 3),
    "no name": (NameLost("near", "far", 3.0), "NameLost", 3),
}


@pytest.mark.parametrize(("fault", "effect", "exit_code"), FAULTS.values(), ids=FAULTS)
def test_it_happens_and_the_next_run_converges(fault: Fault, effect: str, exit_code: int) -> None:
    result, _ = carry_out(with_faults(fault))

    assert (result.broken, list(result.effects)) == ("", [effect])
    assert result.exit_codes == (exit_code, 0, 0)
