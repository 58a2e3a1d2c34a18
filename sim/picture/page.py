"""One self-contained page: the template, its style and scripts, and the run as JSON."""

import html
import re
from importlib.resources import files

import msgspec

from sim.layout import SOURCE, TARGET, Layout, folder_of
from sim.picture.bands import bands
from sim.picture.calls import readable
from sim.picture.events import CLASSES, HIDDEN, shown
from sim.picture.states import Folder, Lane, States
from sim.picture.story import end_in_words, fates, moments, plan_in_words
from sim.plan import CLIENT, Plan
from sim.trial import Result
from sim.world import World

PLACE = re.compile(r"\{\{(\w+)\}\}")
SCRIPTS = ("layout.js", "draw.js", "steps.js")

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
    lines = list(shown(events, {number: f"fault: {fate.words}" for fate in known for number in fate.effects}))
    return {
        "title": title,
        "plan": plan_in_words(plan) if plan else "",
        "end": end_in_words(result) if result else "",
        "is_broken": bool(result and result.broken),
        "faults": [(fate.words, fate.effects) for fate in known],
        "machines": _machines(world, plan),
        "classes": CLASSES,
        "hidden": HIDDEN,
        "events": [msgspec.structs.astuple(line) for line in lines],
        "bands": bands(events, known),
        "files": _files(world, plan),
        "roots": [readable(folder.path) for folder in _folders(plan)],
        "target": plan.target_place.machine if plan else "",
        "story": moments(events, lines, result),
    }


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


def _text(name: str) -> str:
    return files("sim.picture").joinpath(name).read_text("utf-8")
