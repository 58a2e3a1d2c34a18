"""All scenarios, by their ids."""

from conformance.scenario import REGISTERED, Scenario
from conformance.scenarios import (
    connection,
    encryption,
    locked_files,
    root_path,
    service,
    topology,
)

MODULES = (connection, encryption, locked_files, root_path, service, topology)

SCENARIOS: dict[str, Scenario] = REGISTERED
