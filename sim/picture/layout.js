"use strict";
// Decides what stands where: which events share a line, and how high each line is.
// Time is uneven, so lines are of one height, and what nobody uses is cut out and marked.

const RUN = JSON.parse(document.getElementById("run").textContent);
const [TIME, SINCE, PLACE, GROUP, TEXT, RAW, SOURCE, IS_FAILURE] = [0, 1, 2, 3, 4, 5, 6, 7];

const LINE_HEIGHT = 19;
const GAP_HEIGHT = 26;
const GAP_NS = 300e6; // shorter pauses are not worth a mark
const TOP = 8;
const TIME_WIDTH = 104;
const STATE_WIDTH = RUN.files.length > 6 ? 30 : 40;
const BAR = 9;
// Words beside the first and the last machine, and arrows between them, share what the window has.
const COLUMNS = RUN.machines.length + 1;
const ROOM = document.getElementById("chart").clientWidth - TIME_WIDTH - RUN.files.length * STATE_WIDTH - 110;
const TEXT_WIDTH = Math.max(200, Math.min(660 / COLUMNS + 110, Math.floor(ROOM / COLUMNS)));
const BETWEEN = TEXT_WIDTH;

const machineOf = (event) => event[PLACE].split("/")[0];
const isArrow = (event) => ["data", "packet", "receipt"].includes(event[GROUP]);
const isCall = (event) => ["change", "look", "content"].includes(event[GROUP]);
const isLink = (event) => / → .*: /.test(event[TEXT]) && / (silent|open)$/.test(event[RAW]);
// A name changes with these: each begins a new line after it, so that their order is seen.
const isStep = (event) => /^(renames|removes|makes (folder|link)) /.test(event[TEXT]) || event[IS_FAILURE];

function isShown(event, filter) {
  if (filter.hidden.has(event[GROUP])) return false;
  const machine = filter.machine;
  if (machine && ![machineOf(event), event[SOURCE], "world"].includes(machine) && machineOf(event) !== "world") return false;
  const words = filter.text.toLowerCase();
  return !words || [PLACE, TEXT, RAW].some((field) => event[field].toLowerCase().includes(words));
}

function follows(event, line, filter) {
  if (filter.single || !line) return false;
  const last = RUN.events[line.events[line.events.length - 1]];
  if (last[PLACE] !== event[PLACE] || event[TIME] - last[TIME] > GAP_NS || isStep(last)) return false;
  if (isArrow(event)) return last[GROUP] === event[GROUP] && last[SOURCE] === event[SOURCE];
  if (isLink(event)) return isLink(last) && last[RAW].endsWith(event[RAW].split(" ").pop());
  return (isCall(event) && isCall(last)) || (event[GROUP] === "user" && last[GROUP] === "user");
}

// Lines in order; `gap` is the time in ns that is cut out above one.
function layLines(filter) {
  const steps = [];
  let last = null;
  let y = TOP;
  RUN.events.forEach((event, number) => {
    if (!isShown(event, filter)) return;
    if (follows(event, last, filter)) { last.events.push(number); return; }
    const pause = last ? event[TIME] - RUN.events[last.events[last.events.length - 1]][TIME] : 0;
    const gap = pause > GAP_NS ? pause : 0;
    y += gap && GAP_HEIGHT;
    last = { events: [number], y, gap, time: event[TIME] };
    steps.push(last);
    y += LINE_HEIGHT;
  });
  return { steps, height: y + 30 };
}

// The line in which an event stands, or the first one after it.
function lineOf(layout, number) {
  return search(layout.steps, (line) => line.events[line.events.length - 1] >= number);
}

// The last line that has begun at that moment.
function lineAt(layout, time) {
  return search(layout.steps, (line) => line.time > time) - 1;
}

function search(lines, isFound) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isFound(lines[middle])) high = middle; else low = middle + 1;
  }
  return low;
}

function yOf(layout, number) {
  const line = layout.steps[lineOf(layout, number)];
  return line ? line.y + LINE_HEIGHT / 2 : layout.height - 20;
}

function counted(texts) {
  const counts = new Map();
  for (const text of texts) counts.set(text, (counts.get(text) || 0) + 1);
  return [...counts].map(([text, count]) => (count > 1 ? `${text} (${count} times)` : text));
}

// The words of a line: what changed, or else how much was only looked at.
function wordsOf(line) {
  const events = line.events.map((number) => RUN.events[number]);
  if (events.length === 1) return events[0][TEXT];
  if (isArrow(events[0])) return arrowWords(events);
  if (isLink(events[0])) return events.map((event) => event[TEXT]).join(", ");
  const telling = events.filter((event) => event[GROUP] === "change" || event[IS_FAILURE]);
  if (telling.length) return changeWords(telling);
  const contents = events.filter((event) => event[GROUP] === "content" && !/ holds 0 bytes$/.test(event[TEXT]));
  if (contents.length) return contents.map((event) => event[TEXT]).join(", ");
  const reads = events.filter((event) => /^(reads|lists)/.test(event[TEXT]));
  const words = reads.length ? counted(reads.map((event) => event[TEXT])).join(", ") : "opens and looks";
  return `${words} · ${events.length} calls`;
}

// The step that ends a line is what matters, and a long line is cut at its end: it stands first.
function changeWords(events) {
  const last = events[events.length - 1];
  if (events.length === 1 || !isStep(last)) return counted(events.map((event) => event[TEXT])).join(", ");
  return `${last[TEXT]} · first ${counted(events.slice(0, -1).map((event) => event[TEXT])).join(", ")}`;
}

function arrowWords(events) {
  if (events[0][GROUP] !== "data") return counted(events.map((event) => event[TEXT])).join(", ");
  const bytes = events.reduce((sum, event) => sum + parseInt(event[TEXT], 10), 0);
  return `${bytes} bytes in ${events.length} segments`;
}

function span(ns) {
  const seconds = ns / 1e9;
  const tenths = Math.round(seconds * 10);
  if (seconds >= 60) return `${Math.floor(tenths / 600)} min ${(tenths % 600) / 10} s`;
  return seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(ns / 1e6).toFixed(1)} ms`;
}

function clock(ns) {
  const minutes = Math.floor(ns / 60e9);
  const seconds = ((ns - minutes * 60e9) / 1e9).toFixed(6);
  return minutes ? `${minutes}:${seconds.padStart(9, "0")}` : `${seconds} s`;
}

// Words for the picture, where paths below the folders of the job begin there.
function brief(text) {
  return RUN.roots.reduce((shorter, root) => shorter.split(`${root}/`).join(""), text);
}

function shortened(text, width) {
  const letters = Math.max(8, Math.floor(width / 5.9));
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}

const LANES = RUN.machines.map((name, place) => ({
  name,
  isLeft: place === 0 && RUN.machines.length > 1,
  x: TIME_WIDTH + (RUN.machines.length > 1 ? TEXT_WIDTH + place * BETWEEN : 30),
}));
const STATES_X = (LANES.length ? LANES[LANES.length - 1].x : TIME_WIDTH) + TEXT_WIDTH + 20;
const WIDTH = STATES_X + RUN.files.length * STATE_WIDTH + 80;
const laneOf = (name) => LANES.find((lane) => lane.name.toLowerCase() === name.toLowerCase());
