"use strict";
// Filters, steps, and the panel at the side. An address that ends in #123 opens at that event.

const EVENTS_MAX = 20; // of one step; the rest has lines of its own
const byId = (id) => document.getElementById(id);
const filter = { hidden: new Set(RUN.hidden), machine: "", text: "", single: false };
let layout = null;
let rows = new Map();
let center = 0;
let step = -1;

function element(kind, name, ...children) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

function redraw(isScrolling = true) {
  const focus = step >= 0 && layout ? layout.steps[step].events[0] : 0;
  layout = layLines(filter);
  drawPicture(layout);
  rows = new Map();
  step = -1;
  if (layout.steps.length) go(Math.min(lineOf(layout, focus), layout.steps.length - 1), isScrolling);
  else showNothing();
}

function drawAround(number, near = NEAR) {
  center = number;
  rows = drawLines(layout, center, near);
  rows.forEach((row, place) => row.addEventListener("click", () => go(place, false)));
  rows.get(step)?.classList.add("now");
}

function go(number, isScrolling = true) {
  if (!layout.steps.length) return;
  rows.get(step)?.classList.remove("now");
  step = Math.max(0, Math.min(number, layout.steps.length - 1));
  if (!rows.has(step)) drawAround(step);
  rows.get(step).classList.add("now");
  if (isScrolling) scrollTo(layout.steps[step].y);
  // Until somebody asks for a step, none of them matters more than another.
  if (isScrolling !== null) document.body.classList.add("is-reading");
  byId("position").textContent = `step ${step + 1} of ${layout.steps.length}`;
  showStep(layout.steps[step]);
  markMoment(layout.steps[step]);
}

// The page scrolls, not a part of it, so that all of it can be printed.
function scrollTo(y) {
  const top = byId("picture").getBoundingClientRect().top;
  const heads = byId("heads").getBoundingClientRect().height;
  if (top + y < heads + 30 || top + y > window.innerHeight - 60) window.scrollBy(0, top + y - heads - window.innerHeight / 3);
}

function onScroll() {
  const top = -byId("picture").getBoundingClientRect().top;
  const here = search(layout.steps, (line) => line.y > top);
  if (layout.steps.length > NEAR && Math.abs(here - center) > NEAR / 2) drawAround(here);
}

function showNothing() {
  byId("position").textContent = "nothing matches the filter";
  byId("step").replaceChildren();
}

function showStep(line) {
  const parts = [];
  for (const number of line.events.slice(0, EVENTS_MAX)) {
    const event = RUN.events[number];
    const sent = isArrow(event) ? `, sent ${span(event[TIME] - event[SINCE])} earlier` : "";
    parts.push(element("dt", "", `${number}. ${clock(event[TIME], 6)} ${event[PLACE]}${sent}`));
    parts.push(element("dd", "", event[TEXT], element("code", "", `${event[GROUP]}: ${event[RAW]}`)));
  }
  const more = line.events.length - EVENTS_MAX;
  if (more > 0) parts.push(element("dt", "", `and ${more} more: see “each event by itself”`));
  const states = statesAt(line.events[line.events.length - 1]);
  if (states) parts.unshift(element("dt", "", `files at ${RUN.target} after it`), element("dd", "", states));
  byId("step").replaceChildren(element("dl", "", ...parts));
}

function statesAt(number) {
  const told = RUN.files.map((file) => {
    const state = file.states.filter((one) => one.sequence <= number).pop();
    return `${file.name}: ${state ? [...new Set([state.kind, state.label])].join(" ").trim() : "absent"}`;
  });
  return told.join(" · ");
}

function markMoment(line) {
  const last = line.events[line.events.length - 1];
  const items = [...byId("story").children];
  const now = items.filter((item) => Number(item.dataset.sequence) <= last).pop();
  for (const item of items) item.classList.toggle("now", item === now);
}

function goMoment(direction) {
  const here = layout.steps[step];
  const [first, last] = [here.events[0], here.events[here.events.length - 1]];
  const numbers = RUN.story.map((moment) => moment.sequence);
  const next = direction > 0 ? numbers.find((one) => one > last) : numbers.filter((one) => one < first).pop();
  if (next !== undefined) go(lineOf(layout, next));
}

function showStory() {
  RUN.story.forEach((moment) => {
    const when = element("span", "when", `${clock(moment.time_ns)} `);
    const item = element("li", `tone-${moment.tone}`, when, element("span", "what", moment.text));
    if (moment.count > 1 || moment.last) item.append(element("span", "again", ` × ${moment.count}, last at ${clock(RUN.events[moment.last][TIME])}`));
    item.dataset.sequence = moment.sequence;
    item.addEventListener("click", () => go(lineOf(layout, moment.sequence)));
    byId("story").append(item);
  });
}

// Those that took effect stand in the story.
function showFaults() {
  if (!RUN.plan) return;
  const never = RUN.faults.filter(([, effects]) => !effects.length).map(([words]) => element("li", "", words));
  const effective = RUN.faults.length - never.length;
  const parts = [element("p", "", RUN.faults.length ? `${effective} of ${RUN.faults.length} planned faults took effect, as told above.` : "No faults were planned.")];
  if (never.length) parts.push(element("p", "", "It never came to the others:"), element("ul", "", ...never));
  byId("faults").replaceChildren(...parts);
}

function showLegend() {
  const box = (name) => make("rect", { x: 8, y: 1, width: 20, height: 12, class: name });
  const arrow = (name) => [make("path", { d: "M 2 7 L 28 7", class: `arrow ${name}` }), make("path", { d: "M 34 7 l -8 -4 l 0 8 z", class: `tip ${name}` })];
  const has = (kind) => RUN.bands.some((band) => band.kind === kind);
  const holds = (kind) => RUN.files.some((file) => file.states.some((state) => state.kind === kind));
  const entries = [
    [true, arrow("a-data"), "data: from the machine and moment of sending to those of arrival"],
    [true, arrow("a-packet"), "a connection begins, ends or is reset (SYN, FIN, RST)"],
    [true, [make("rect", { x: 14, y: 0, width: BAR, height: 14, class: "process" })], "a program runs, from its start to its end; near/1000 is process 1000 on the machine near"],
    [has("off"), [box("band b-off")], "the machine has no power"],
    [has("hang"), [box("band b-hang")], "the program hangs"],
    [has("silent"), [box("band b-silent")], "what is sent to the machine beside it does not arrive"],
    [has("fault"), [box("band b-fault")], "another fault that lasts"],
    [true, [make("path", { d: "M 2 7 l 5 -4 l 5 8 l 5 -8 l 5 8 l 5 -8 l 5 8", class: "gap-line" })], "time in which nothing shown happens, cut out"],
    [holds("old"), [box("s-old")], "file of the target: as it was before the first run"],
    [holds("current"), [box("s-current")], "as the source has it now (v1, v2 …: versions of the source)"],
    [holds("earlier"), [box("s-earlier")], "an earlier version of the source"],
    [holds("torn"), [box("s-torn")], "torn: none of these"],
    [holds("temporary"), [box("s-temporary")], "how many temporary files there are"],
    [RUN.files.length, [make("line", { x1: 18, x2: 18, y1: 0, y2: 14, class: "s-absent" })], "the file is absent"],
  ];
  for (const [isUsed, shapes, text] of entries) {
    if (isUsed) byId("legend").append(element("div", "", make("svg", { width: 36, height: 14 }, ...shapes), text));
  }
}

function showFilters() {
  for (const name of ["", ...RUN.machines]) byId("machine").append(new Option(name || "all", name));
  byId("machine").addEventListener("change", (change) => { filter.machine = change.target.value; redraw(); });
  byId("text").addEventListener("input", (input) => { filter.text = input.target.value; redraw(); });
  byId("single").addEventListener("change", (change) => { filter.single = change.target.checked; redraw(); });
  for (const [name, words] of Object.entries(RUN.classes)) {
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: !filter.hidden.has(name), id: `class-${name}` });
    box.addEventListener("change", () => { filter.hidden[box.checked ? "delete" : "add"](name); redraw(); });
    const count = RUN.events.filter((event) => event[GROUP] === name).length;
    byId("classes").append(element("label", "", box, ` ${words} (${count})`));
  }
}

const ACTIONS = {
  first: () => go(0), previous: () => go(step - 1), next: () => go(step + 1), last: () => go(layout.steps.length - 1),
  "next-moment": () => goMoment(1),
};
const KEYS = {
  ArrowDown: ACTIONS.next, ArrowRight: ACTIONS.next, ArrowUp: ACTIONS.previous, ArrowLeft: ACTIONS.previous,
  Home: ACTIONS.first, End: ACTIONS.last, n: () => goMoment(1), p: () => goMoment(-1),
};

function listen() {
  window.addEventListener("scroll", onScroll, { passive: true });
  window.addEventListener("beforeprint", () => drawAround(center, Infinity));
  for (const [id, action] of Object.entries(ACTIONS)) byId(id).addEventListener("click", action);
  document.addEventListener("keydown", (press) => {
    const isTyping = ["INPUT", "SELECT"].includes(press.target.tagName) && press.target.type !== "checkbox";
    if (isTyping || press.ctrlKey || press.altKey || press.metaKey || !KEYS[press.key]) return;
    press.preventDefault();
    KEYS[press.key]();
  });
}

function begin() {
  byId("title").textContent = RUN.title;
  byId("end").textContent = RUN.end;
  byId("end").classList.toggle("broken", RUN.is_broken);
  byId("end").classList.toggle("neutral", !RUN.plan);
  byId("files").textContent = RUN.end_of_files;
  byId("plan").textContent = RUN.plan && `What was set up: ${RUN.plan}`;
  showStory();
  showFaults();
  showLegend();
  showFilters();
  listen();
  drawHeads();
  redraw(null);
  byId("beyond").hidden = WIDTH <= byId("chart").clientWidth;
  if (/^#\d+$/.test(location.hash)) go(lineOf(layout, Number(location.hash.slice(1))));
  document.body.dataset.drawn = RUN.events.length;
}

window.addEventListener("error", (failure) => document.body.prepend(Object.assign(document.createElement("p"), { id: "failure", textContent: failure.message })));
begin();
