"""All scenarios, by their ids."""

from conformance.scenario import REGISTERED, Scenario
from conformance.scenarios import (
    byte_level,
    connection,
    encryption,
    full_disk,
    installation,
    locked_files,
    reach,
    root_path,
    service,
    topology,
)

MODULES = (
    byte_level,
    connection,
    encryption,
    full_disk,
    installation,
    locked_files,
    reach,
    root_path,
    service,
    topology,
)

SCENARIOS: dict[str, Scenario] = REGISTERED
