"""What a run leaves behind for a reader: its trace as lines of JSON, its picture as a page."""

from pathlib import Path

from sim.plan import Plan
from sim.trial import Result
from sim.world import World


def write_trace(world: World, file: Path) -> None:
    """Write every event of a world."""
    with file.open("wb") as lines:
        lines.writelines(world.trace.lines())


def write_picture(world: World, file: Path, title: str, plan: Plan | None, result: Result | None) -> None:
    """Draw a world as one self-contained page."""
    file.write_text(_draw(world, plan, result, title), encoding="utf-8")


def _draw(world: World, plan: Plan | None, result: Result | None, title: str) -> str:
    """Drawing is imported where it is wanted: a sweep's processes have no use for it."""
    from sim.picture import draw

    return draw(world, plan, result, title)
