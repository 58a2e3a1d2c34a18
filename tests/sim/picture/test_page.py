"""The page: all of the run is in it, nothing of it is markup, and a browser draws it."""

import html
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from sim.faults import NetworkSilent, PowerCut, ProcessHangs
from sim.mutants.mutant import load_mutants
from sim.picture import draw
from sim.plan import Edit, FileSpec, Plan
from sim.presets import derive
from sim.trial import Result, carry_out
from sim.world import World

HOSTILE = "</script><script>document.title = 'taken'</script>{{run}}&amp;\u2028.txt"

# As a file, where a slash makes a folder.
HOSTILE_NAME = HOSTILE.replace("/", "")

PLAN = Plan(
    "by hand",
    5,
    source=(FileSpec("a", 3000, 1), FileSpec("sub/b", 600, 2), FileSpec(HOSTILE_NAME, 9, 3)),
    target=(FileSpec("a", 3000, 1001),),
    edits=((Edit("a", 2000, 77),), (Edit("sub/b", 700, 78),)),
    faults=(
        NetworkSilent("near", "far", True, 14, 20.0),
        ProcessHangs("far", 70, 20.0),
        PowerCut("far", 120),
    ),
)
CHROMIUM = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--dump-dom",
)

# Pressed one after the other: keys, the key for the next moment, a text to search for, and all there is to show.
READING = """
const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key }));
const shown = () => layout.steps.flatMap((line) => line.events);
const text = (id) => byId(id).textContent;
const steps = ["Home", "ArrowDown", "ArrowRight", "ArrowUp"].map((key) => { press(key); return text("position"); });
press("n");
const moment = document.querySelector("#step code").textContent;
const boxes = [...document.querySelectorAll("#classes input:not(:checked)"), byId("single")];
boxes.forEach((box) => box.click());
const single = shown();
const seek = (words) => { byId("text").value = words; byId("text").dispatchEvent(new Event("input")); return shown(); };
const found = seek("near/1002");
seek("");
boxes.forEach((box) => box.click());
document.body.dataset.read = JSON.stringify([steps, moment, found, single]);
"""


# What a reader would stumble over: words that are cut, that lie on each other, or that only a scroll inside the page
# shows.
LOOKING = """
const all = [...document.querySelectorAll("body *")].filter((one) => !(one instanceof SVGElement));
const scrolling = all.filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible");
const paper = byId("picture").getBoundingClientRect();
const texts = [...document.querySelectorAll("#lines text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
const outside = texts.filter(([, box]) => box.left < paper.left || box.right > paper.right);
const covers = (one, other) => one.left < other.right && other.left < one.right && one.top + 2 < other.bottom - 2 && other.top + 2 < one.bottom - 2;
const covered = texts.filter(([, box], place) => texts.slice(place + 1).some(([, other]) => covers(box, other)));
const cut = texts.filter(([words]) => words.includes("…"));
const told = [outside, covered, cut].map((found) => found.map(([words]) => words));
document.body.dataset.seen = JSON.stringify([document.documentElement.scrollWidth - document.documentElement.clientWidth, scrolling.map((one) => one.id), ...told]);
"""


@cache
def _page(title: str = "a run") -> str:
    result, world = carry_out(PLAN, keeps_trace=True)
    return draw(world, PLAN, result, title)


def _run_of(page: str) -> dict:
    [text] = re.findall(r'<script type="application/json" id="run">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def _dom(page: str, folder: Path, width: int = 1400) -> str:
    """What a browser with a window of that width has made of a page."""
    (folder / "page.html").write_text(page, "utf-8")
    command = [
        *CHROMIUM,
        f"--window-size={width},1000",
        f"--user-data-dir={folder / 'profile'}",
        (folder / "page.html").as_uri(),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_every_event_is_in_the_page_in_order_and_of_a_class_that_can_be_shown():
    result, world = carry_out(PLAN, keeps_trace=True)
    run = _run_of(draw(world, PLAN, result, "a run"))

    assert [(event[0], event[2], event[5]) for event in run["events"]] == [
        (event.time_ns, event.place, event.detail) for event in world.trace.events
    ]
    assert {event[3] for event in run["events"]} <= run["classes"].keys()


def test_the_page_has_lanes_for_machines_and_files_bands_for_faults_and_a_story():
    run = _run_of(_page())

    assert run["machines"] == ["near", "far"]
    assert [file["name"] for file in run["files"]][:2] == [
        HOSTILE_NAME.replace("\u2028", "\\u2028"),
        "a",
    ]
    assert {band["kind"] for band in run["bands"]} == {"silent", "hang", "off"}
    assert [len(effects) for _, effects in run["faults"]] == [1, 1, 1]
    assert run["story"][-1]["text"] == "every promise was kept"


@pytest.mark.parametrize("title", [HOSTILE, "{{style}}{{title}}", "\u2028<!--"])
def test_no_name_and_no_title_is_markup_or_a_place_of_the_template(title: str):
    page = _page(title)

    assert _run_of(page)["title"] == title
    assert len(re.findall(r"</?script", page, re.IGNORECASE)) == 4
    assert "<!--" not in page
    assert "\u2028" not in page.partition('id="run">')[2]


def test_the_page_loads_nothing():
    addresses = set(re.findall(r"\w+://[^\"'\s]*", _page()))

    assert addresses - {"http://www.w3.org/2000/svg"} == set()
    assert "default-src 'none'" in _page()


def test_the_same_seed_gives_the_same_bytes():
    result, world = carry_out(PLAN, keeps_trace=True)

    assert draw(world, PLAN, result, "a run") == _page()


def test_a_broken_promise_is_the_headline():
    _, world = carry_out(PLAN, keeps_trace=True)
    run = _run_of(draw(world, PLAN, Result("whole: <b>torn</b>"), "a run"))

    assert (run["is_broken"], run["end"].partition(".")[0]) == (True, "Promise broken: whole: <b>torn</b>")


def test_the_run_that_a_broken_promise_stops_is_told_as_stopped_and_not_as_ended():
    plan = derive("crashy", 1)
    with load_mutants()["no_folder_sync"].planted():
        result, world = carry_out(plan, keeps_trace=True)

    run = _run_of(draw(world, plan, result, "a run"))

    assert [moment["text"] for moment in run["story"][-2:]] == [
        "near/1001: stopped by the broken promise",
        f"promise broken: {result.broken}",
    ]
    assert "exit code 1" not in json.dumps(run)
    assert " Run 2 was stopped by the broken promise. It took " in run["end"]


def test_a_world_without_a_plan_is_drawn_with_all_its_machines():
    with World(seed=1) as world:
        for name in ("beta", "alpha"):
            world.machine(name)
        world.note("nothing happens")
    run = _run_of(draw(world, None, None, "a scenario"))

    assert (run["machines"], run["plan"], run["end"], run["files"]) == (["beta", "alpha"], "", "", [])
    assert [event[4] for event in run["events"]] == ["nothing happens"]


@pytest.fixture(scope="module")
def dom(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a run with hostile names, after a reader has tried all that can be pressed."""
    reading = f"<script>{READING}</script></body>"
    return _dom(_page(HOSTILE).replace("</body>", reading), tmp_path_factory.mktemp("browser"))


@pytest.mark.needs_chromium
def test_a_browser_draws_all_lanes_bands_and_arrows(dom: str):
    run = _run_of(_page(HOSTILE))
    arrows = [int(count) for count in re.findall(r'data-arrow="(\d+)"', dom)]

    assert 'id="failure"' not in dom
    assert "<title>taken" not in dom
    assert f'data-drawn="{len(run["events"])}"' in dom
    assert re.findall(r'data-lane="(\w+)"', dom) == ["near", "far"]
    assert dom.count('class="file-lane"') == len(run["files"])
    assert dom.count("data-band=") == len(run["bands"])
    assert sum(arrows) == sum(event[3] in ("data", "packet") for event in run["events"])


@pytest.mark.needs_chromium
def test_a_reader_steps_from_line_to_line_and_filters_them_and_reaches_every_event(dom: str):
    run = _run_of(_page(HOSTILE))
    [read] = re.findall(r'data-read="([^"]*)"', dom)
    steps, moment, found, single = json.loads(html.unescape(read))

    assert [step.split(" of ")[0] for step in steps] == ["step 1", "step 2", "step 3", "step 2"]
    assert moment == "run: starts listener"
    assert found == [number for number, event in enumerate(run["events"]) if event[2] == "near/1002"]
    assert single == list(range(len(run["events"])))


@pytest.mark.needs_chromium
@pytest.mark.parametrize("width", [1400, 900])
def test_nothing_is_cut_or_covered_or_needs_a_scroll_inside_the_page(tmp_path: Path, width: int):
    page = _page().replace("</body>", f"<script>{LOOKING}</script></body>")
    [seen] = re.findall(r'data-seen="([^"]*)"', _dom(page, tmp_path, width))

    assert json.loads(html.unescape(seen)) == [0, [], [], [], []]


@pytest.mark.needs_chromium
@pytest.mark.parametrize(("width", "is_hidden"), [(1400, True), (300, False)])
def test_a_picture_that_goes_on_to_the_right_says_so(tmp_path: Path, width: int, is_hidden: bool):
    script = "<script>document.body.dataset.seen = byId('chart').clientWidth < WIDTH</script></body>"
    dom = _dom(_page().replace("</body>", script), tmp_path, width)

    assert ('<p id="beyond" hidden' in dom, 'data-seen="false"' in dom) == (is_hidden, is_hidden)


@pytest.mark.needs_chromium
def test_what_is_not_drawn_of_a_long_run_is_counted_and_paper_shows_all(tmp_path: Path):
    looking = (
        "const count = () => document.querySelectorAll('#lines .row[data-first]').length;"
        "const rest = [...document.querySelectorAll('.rest')].map((one) => parseInt(one.textContent));"
        "const drawn = count(); window.dispatchEvent(new Event('beforeprint'));"
        "document.body.dataset.seen = JSON.stringify([layout.steps.length, drawn, ...rest, count()]);"
    )
    page = _page().replace("const NEAR = 1000;", "const NEAR = 20;")
    dom = _dom(page.replace("</body>", f"<script>{looking}</script></body>"), tmp_path)
    [seen] = re.findall(r'data-seen="([^"]*)"', dom)
    steps, drawn, rest, printed = json.loads(html.unescape(seen))

    assert (drawn, rest, printed) == (20, steps - 20, steps)


@pytest.mark.needs_chromium
def test_the_story_counts_what_repeats_and_says_when_it_was_last(tmp_path: Path):
    page = _page().replace('"count":1,"last":0', '"count":12,"last":0', 1)

    assert re.findall(r'<span class="again"> . ([^<]*)<', _dom(page, tmp_path)) == ["12, last at 0.000 s"]
