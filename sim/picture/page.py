"""One self-contained page: the template, its style and scripts, and the run as JSON."""

import html
import re
from collections.abc import Sequence
from importlib.resources import files

import msgspec

from psync.core.paths import PathStyle
from sim.layout import SOURCE, TARGET, Layout, folder_of
from sim.picture.bands import bands
from sim.picture.calls import readable
from sim.picture.events import CLASSES, HIDDEN, shown
from sim.picture.moments import closing, moments
from sim.picture.states import Folder, Lane, States, end_of_files
from sim.picture.story import (
    end_in_words,
    end_of_last_run,
    fates,
    plan_in_words,
    words_of_effects,
    words_of_stops,
)
from sim.plan import CLIENT, Plan
from sim.trace import Event
from sim.trial import Result
from sim.world import World

PLACE = re.compile(r"\{\{(\w+)\}\}")
STILL_RUNS = "still runs when the picture ends"
SCRIPTS = ("words.js", "layout.js", "draw.js", "steps.js")

# In JSON and outside of strings none of these occurs, so a name cannot end the script it stands in.
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def draw(world: World, plan: Plan | None, result: Result | None, title: str) -> str:
    """Give the page of a world whose trace was kept."""
    run = _run(world, plan, result, title)
    fill = {
        "title": html.escape(title),
        "style": _text("page.css"),
        "run": "".join(ESCAPES.get(letter, letter) for letter in msgspec.json.encode(run).decode()),
        "scripts": "\n".join(map(_text, SCRIPTS)),
    }
    return PLACE.sub(lambda place: fill[place[1]], _text("page.html"))


def _run(world: World, plan: Plan | None, result: Result | None, title: str) -> dict[str, object]:
    events = world.trace.events
    known = fates(plan, events)
    lanes = _files(world, plan)
    lasting = bands(events, known)
    words = (
        words_of_effects(known, events) | words_of_stops(events) | dict.fromkeys(_left(events), STILL_RUNS)
    )
    lines = list(shown(events, words))
    return {
        "title": title,
        "plan": plan_in_words(plan) if plan else "",
        "end": end_in_words(plan, result) if plan and result else end_of_last_run(events),
        "is_broken": bool(result and result.broken),
        "faults": [(fate.words, fate.effects) for fate in known],
        "machines": _machines(world, plan),
        "classes": CLASSES,
        "hidden": HIDDEN,
        "events": [msgspec.structs.astuple(line) for line in lines],
        "bands": lasting,
        "files": lanes,
        "end_of_files": end_of_files(lanes),
        "roots": _roots(plan),
        "target": plan.target_place.machine if plan else "",
        "story": moments(events, lines, lasting, result),
    }


def _left(events: Sequence[Event]) -> range:
    """The programs that run on until the world is closed."""
    return range(closing(events), len(events))


def _machines(world: World, plan: Plan | None) -> list[str]:
    """From left to right: where the files come from, the client, where they go."""
    first = [plan.source_place.machine, CLIENT, plan.target_place.machine] if plan else []
    return list(dict.fromkeys([*(name for name in first if name in world.machines), *world.machines]))


def _files(world: World, plan: Plan | None) -> list[Lane]:
    return States(*_folders(plan)).follow(world.trace.events) if plan else []


def _folders(plan: Plan | None) -> list[Folder]:
    """Source and target."""
    places = [(plan.source_place, SOURCE), (plan.target_place, TARGET)] if plan else []
    return [
        Folder(place.machine, Layout(plan.style(place.machine)).on_disk(folder_of(place, local)))
        for place, local in places
        if plan
    ]


def _roots(plan: Plan | None) -> list[str]:
    """What the paths of both folders begin with, as disks have them and as programs do."""
    places = [(plan.source_place, SOURCE), (plan.target_place, TARGET)] if plan else []
    found = [f"{readable(folder.path)}/" for folder in _folders(plan)]
    for place, local in places:
        if plan and plan.style(place.machine) is PathStyle.WINDOWS:
            found.append(Layout(PathStyle.WINDOWS).typed(folder_of(place, local)) + "\\")
    return found


def _text(name: str) -> str:
    return files("sim.picture").joinpath(name).read_text("utf-8")
