"""All scenarios, by their ids."""

from conformance.scenario import REGISTERED, Scenario
from conformance.scenarios import (
    byte_level,
    connection,
    encryption,
    full_disk,
    hostile_names,
    hostile_paths,
    installation,
    links,
    locked_files,
    reach,
    root_path,
    service,
    tampering,
    topology,
)

MODULES = (
    byte_level,
    connection,
    encryption,
    full_disk,
    hostile_names,
    hostile_paths,
    installation,
    links,
    locked_files,
    reach,
    root_path,
    service,
    tampering,
    topology,
)

SCENARIOS: dict[str, Scenario] = REGISTERED
