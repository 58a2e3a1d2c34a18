"""Runs of a job, with all that they reported."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psync.core.addresses import parse_address
from psync.core.errors import Failure
from psync.core.problems import Problem
from psync.core.settings import CopySettings, Durability
from psync.engine.copy import Copy
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    ContentMoved,
    Event,
    ProblemFound,
    RunRefused,
    Summary,
)
from psync.real.system import real_system
from psync.system import System
from psync.wire.keys import UNKEYED_PRS, Mode, Secret, mode_of


@dataclass
class Ran:
    """A run that has ended."""

    exit_code: int = -1
    events: list[Event] = field(default_factory=list)

    @property
    def summary(self) -> Summary:
        """The last event, which is always the summary."""
        last = self.events[-1]
        assert isinstance(last, Summary)
        return last

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """Files sent, unchanged and deleted, and what failed."""
        summary = self.summary
        return summary.files_sent, summary.files_unchanged, summary.files_deleted, summary.failed

    @property
    def moved_bytes(self) -> int:
        """The content that was told of on its way."""
        return sum(event.bytes for event in self.events if isinstance(event, ContentMoved))

    @property
    def problems(self) -> list[Problem]:
        """Trouble with entries, in the order of its report."""
        return [event.problem for event in self.events if isinstance(event, ProblemFound)]

    @property
    def causes(self) -> list[Failure]:
        """Why the run could not take place."""
        return [event.cause for event in self.events if isinstance(event, ConnectionFailed | RunRefused)]

    @property
    def changes(self) -> list[str]:
        """The changes done or planned, as type and path."""
        events = [event for event in self.events if isinstance(event, ChangeDone | ChangePlanned)]
        return [f"{type(event.change).__name__} {b'/'.join(event.change.path).decode()}" for event in events]


def settings(source: str | Path, target: str | Path, prs: Secret, **options: Any) -> CopySettings:
    """The settings of a run; nothing is synced unless a test asks for it."""
    options.setdefault("durability", Durability.NONE)
    is_keyed = mode_of(prs) is Mode.KEYED
    return CopySettings(parse_address(str(source)), parse_address(str(target)), is_keyed=is_keyed, **options)


async def copy(
    source: str | Path,
    target: str | Path,
    *,
    system: System | None = None,
    prs: Secret = UNKEYED_PRS,
    **options: Any,
) -> Ran:
    """Run once, to the end."""
    ran = Ran()
    program = Copy(settings(source, target, prs, **options), prs, system or real_system(), ran.events.append)
    ran.exit_code = await program.main()
    return ran
