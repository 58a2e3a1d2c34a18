"""The documented texts, byte for byte (guide, "Troubleshooting" 1), written down here a second time.

The table below is copied from the guide and not from psync; what psync would
show is made by its own functions from what it reports.
"""

import re

from psync.core.errors import connection_failure_text, device_text
from psync.engine.events import ConnectionFailed, Event, RunRefused
from sim.checkers.checker import Checker
from sim.layout import ROOT

DEVICE = "Could not initialize {role} device: {uri}..."
CONNECTION = "Connection Failure: {uri} - Job: {job}"

# The job's name unless it is given one, as in the guide's example. Each run of a trial is one attempt
# that nobody repeats, so that "(Connection Retry is Enabled!)..." must never follow.
JOB = "Replication"


class Texts(Checker):
    """Compares each report of a failed end with what the guide shows."""

    def heard(self, event: Event) -> None:
        """Compare."""
        if isinstance(event, ConnectionFailed):
            found = [
                device_text(event.role, event.uri),
                connection_failure_text(event.uri, event.job, retry_scheduled=event.is_retry_scheduled),
            ]
            self._compare(event.role, found)
        elif isinstance(event, RunRefused) and event.role:
            self._compare(event.role, [device_text(event.role, event.uri)])

    def _compare(self, role: str, found: list[str]) -> None:
        uri = self._uri(role)
        expected = [template.format(role=role, uri=uri, job=JOB) for template in (DEVICE, CONNECTION)]
        if found != expected[: len(found)]:
            raise self.broken("texts", f"{found} instead of {expected}")

    def _uri(self, role: str) -> str:
        """How the guide writes an end of a job."""
        plan = self.trial.plan
        place, folder = {
            "source": (plan.source_place, self.trial.source),
            "target": (plan.target_place, self.trial.target),
        }[role]
        path = folder.decode()
        if not place.is_remote:
            return path
        if plan.is_mapped and place.machine not in plan.windows:
            path = path.removeprefix(ROOT)
        shown = re.sub("^/([A-Z]):", lambda drive: f"/{drive[1].lower()}$", path)
        return "TCP:" + 2 * "\\" + place.machine + shown.replace("/", "\\")
