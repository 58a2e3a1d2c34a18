"use strict";
// Filters, steps, and the panel at the side. An address that ends in #123 opens at that event.

const EVENTS_MAX = 100; // of one step; nobody reads more
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

function redraw() {
  const focus = step >= 0 && layout ? layout.steps[step].events[0] : 0;
  layout = layLines(filter);
  drawPicture(layout);
  rows = new Map();
  step = -1;
  if (layout.steps.length) go(Math.min(lineOf(layout, focus), layout.steps.length - 1), true);
  else showNothing();
}

function drawAround(number) {
  center = number;
  rows = drawLines(layout, center);
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
  byId("position").textContent = `step ${step + 1} of ${layout.steps.length}`;
  showStep(layout.steps[step]);
  markMoment(layout.steps[step]);
}

function scrollTo(y) {
  const chart = byId("chart");
  const room = chart.clientHeight - byId("heads").clientHeight;
  if (y < chart.scrollTop + 30 || y > chart.scrollTop + room - 60) chart.scrollTop = Math.max(0, y - room / 3);
}

function onScroll() {
  const here = search(layout.steps, (line) => line.y > byId("chart").scrollTop);
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
    parts.push(element("dt", "", `${number}. ${clock(event[TIME])} ${event[PLACE]}${sent}`));
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
  if (now) byId("story").scrollTop = now.offsetTop - byId("story").offsetTop - byId("story").clientHeight / 2;
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
    const when = element("span", "when", `${clock(RUN.events[moment.sequence][TIME])} `);
    const item = element("li", `tone-${moment.tone}`, when, moment.text);
    item.dataset.sequence = moment.sequence;
    item.addEventListener("click", () => go(lineOf(layout, moment.sequence)));
    byId("story").append(item);
  });
}

function showFaults() {
  if (!RUN.plan) return;
  const effective = RUN.faults.filter(([, effects]) => effects.length).sort((one, other) => one[1][0] - other[1][0]);
  const parts = [element("b", "", RUN.faults.length ? `${effective.length} of ${RUN.faults.length} planned faults took effect. ` : "No faults were planned. ")];
  for (const [words, effects] of effective) {
    const times = effects.length > 1 ? `, ${effects.length} times` : "";
    parts.push(element("span", "tone-fault", `At ${clock(RUN.events[effects[0]][TIME])}${times}: ${words}. `));
  }
  const never = RUN.faults.filter(([, effects]) => !effects.length).map(([words]) => words);
  if (never.length) parts.push(element("span", "never", `Never came to it: ${never.join("; ")}.`));
  byId("faults").replaceChildren(...parts);
}

function showLegend() {
  const box = (name) => make("rect", { x: 8, y: 1, width: 20, height: 12, class: name });
  const arrow = (name) => [make("path", { d: "M 2 7 L 28 7", class: `arrow ${name}` }), make("path", { d: "M 34 7 l -8 -4 l 0 8 z", class: `tip ${name}` })];
  const entries = [
    [arrow("a-data"), "data: from the machine and moment of sending to those of arrival"],
    [arrow("a-packet"), "a connection begins, ends or is reset (SYN, FIN, RST)"],
    [[make("rect", { x: 14, y: 0, width: BAR, height: 14, class: "process" })], "a program runs, from its start to its end"],
    [[box("band b-off")], "a machine without power"],
    [[box("band b-hang")], "a program that hangs"],
    [[box("band b-silent")], "nothing arrives at the machine beside it"],
    [[box("band b-fault")], "another fault that lasts"],
    [[make("path", { d: "M 2 7 l 5 -4 l 5 8 l 5 -8 l 5 8 l 5 -8 l 5 8", class: "gap-line" })], "time in which nothing shown happens, cut out"],
    [[box("s-old")], "file of the target: as it was before the first run"],
    [[box("s-current")], "as the source has it now (v1, v2 …: versions of the source)"],
    [[box("s-earlier")], "an earlier version of the source"],
    [[box("s-torn")], "torn: none of these"],
    [[box("s-temporary")], "how many temporary files there are"],
    [[make("line", { x1: 18, x2: 18, y1: 0, y2: 14, class: "s-absent" })], "absent"],
  ];
  for (const [shapes, text] of entries) byId("legend").append(element("div", "", make("svg", { width: 36, height: 14 }, ...shapes), text));
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
  byId("chart").addEventListener("scroll", onScroll);
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
  byId("plan").textContent = RUN.plan;
  showStory();
  showFaults();
  showLegend();
  byId("legend").open = window.innerHeight > 1000;
  showFilters();
  listen();
  drawHeads();
  redraw();
  if (/^#\d+$/.test(location.hash)) go(lineOf(layout, Number(location.hash.slice(1))));
  document.body.dataset.drawn = RUN.events.length;
}

window.addEventListener("error", (failure) => document.body.prepend(Object.assign(document.createElement("p"), { id: "failure", textContent: failure.message })));
begin();
