"""Behaviour as short functions: what the unmodified programs do in a simulated world.

`SCENARIOS` lists them by name; docs/simulation.md teaches to write one. A
scenario that says what is `missing` cannot pass before that is built, and is
expected to fail until then. What the guide documents stands in
`conformance/scenarios`, and is carried out here and with real processes.
"""

from sim.scenarios import (
    clock,
    crash,
    deletion,
    duplicate_listener,
    failing_disk,
    full_disk,
    key_mismatch,
    large_file,
    port_mismatch,
    push_one_file,
    record,
    rivals,
    service,
    silence,
)
from sim.scenarios.scenario import Scenario, registry

SCENARIOS: dict[str, Scenario] = registry(
    push_one_file,
    port_mismatch,
    key_mismatch,
    duplicate_listener,
    crash,
    silence,
    record,
    failing_disk,
    clock,
    rivals,
    deletion,
    full_disk,
    large_file,
    service,
)

__all__ = ["SCENARIOS", "Scenario"]
