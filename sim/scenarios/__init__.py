"""Behaviour as short functions: what the unmodified programs do in a simulated world.

`SCENARIOS` lists them by name; docs/simulation.md teaches to write one. A
scenario that says what is `missing` cannot pass before that is built, and is
expected to fail until then.
"""

from sim.scenarios import (
    clock,
    crash,
    deletion,
    duplicate_listener,
    encryption,
    failing_disk,
    full_disk,
    key_mismatch,
    large_file,
    locked_target,
    port_mismatch,
    push_one_file,
    record,
    retry,
    rivals,
    root_path,
    saved_settings,
    service,
    silence,
)
from sim.scenarios.scenario import Scenario, registry

SCENARIOS: dict[str, Scenario] = registry(
    push_one_file,
    locked_target,
    port_mismatch,
    key_mismatch,
    duplicate_listener,
    encryption,
    root_path,
    crash,
    silence,
    record,
    failing_disk,
    clock,
    rivals,
    deletion,
    full_disk,
    large_file,
    retry,
    saved_settings,
    service,
)

__all__ = ["SCENARIOS", "Scenario"]
