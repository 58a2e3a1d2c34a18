"use strict";
// Decides what stands where: which events share a line, how high each line is, and where the columns are.
// Time is uneven, so each line takes what its words need, and what nobody uses is cut out and marked.

const LINE_HEIGHT = 19;
const WORDS_HEIGHT = 14; // of each line of words but the first
const GAP_HEIGHT = 26;
const GAP_NS = 300e6; // shorter pauses are not worth a mark
const TOP = 8;
const TIME_WIDTH = 112;
const BAR = 9; // of a program that runs
const BARS_APART = 13;
const STRIP = 15; // of what lasts
const TEXT_WIDTH_MIN = 110;
const TEXT_WIDTH_WANTED = 180;
const TEXT_WIDTH_MAX = 420;

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
  // One call that meets two locks of a file tells it twice.
  if (event[GROUP] === "fault" && event[TEXT] === last[TEXT]) return true;
  if (isLink(event)) return isLink(last) && last[RAW].endsWith(event[RAW].split(" ").pop());
  return (isCall(event) && isCall(last)) || (event[GROUP] === "user" && last[GROUP] === "user");
}

// What begins or ends right before an event without an event of its own, by the number of that event.
function notesOfBands() {
  const found = new Map();
  for (const band of RUN.bands) {
    if (band.begins) found.set(band.first, [...(found.get(band.first) || []), { text: band.begins, band }]);
    if (band.ends) found.set(band.last, [...(found.get(band.last) || []), { text: band.ends, band }]);
  }
  return found;
}
const NOTES = notesOfBands();

function isNoteShown(note, filter) {
  const isOfMachine = !filter.machine || note.band.where.split(/[/>]/).includes(filter.machine);
  return !filter.hidden.has("fault") && isOfMachine && note.text.toLowerCase().includes(filter.text.toLowerCase());
}

// Lines in order; `gap` is the time in ns that is cut out above one, `notes` stand above it, too.
function layLines(filter) {
  const steps = [];
  let last = null;
  let notes = [];
  RUN.events.forEach((event, number) => {
    notes.push(...(NOTES.get(number) || []).filter((note) => isNoteShown(note, filter)));
    if (!isShown(event, filter)) return;
    if (!notes.length && follows(event, last, filter)) { last.events.push(number); return; }
    const pause = last ? event[TIME] - RUN.events[last.events[last.events.length - 1]][TIME] : 0;
    last = { events: [number], gap: pause > GAP_NS ? pause : 0, time: event[TIME], notes };
    notes = [];
    steps.push(last);
  });
  return { steps, height: placeLines(steps) + 30 };
}

function placeLines(steps) {
  let y = TOP;
  for (const line of steps) {
    y += line.gap && GAP_HEIGHT;
    line.top = y;
    for (const note of line.notes) {
      note.words = wrapped(brief(note.text), TEXT_WIDTH);
      note.y = y;
      y += heightOf(note.words);
    }
    line.y = y;
    line.words = wrapped(brief(wordsOf(line)), roomOf(line));
    line.height = heightOf(line.words);
    y += line.height;
  }
  return y;
}

const heightOf = (words) => LINE_HEIGHT + (words.length - 1) * WORDS_HEIGHT;

// The width for the words of a line: beside a machine, or between two.
function roomOf(line) {
  const event = RUN.events[line.events[0]];
  const lane = laneOf(machineOf(event));
  const from = lane && isArrow(event) && laneOf(event[SOURCE]);
  if (!from || from === lane) return TEXT_WIDTH;
  const side = Math.sign(from.x - lane.x);
  return Math.max(90, Math.abs(from.x - lane.x) - reachOf(lane, side) - reachOf(from, -side) - 12);
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

const middleOf = (line) => line.y + line.height - LINE_HEIGHT / 2;

function yOf(layout, number) {
  const line = layout.steps[lineOf(layout, number)];
  return line ? line.y + LINE_HEIGHT / 2 : layout.height - 20;
}

// Programs with the events from their start to their end; those that run at once stand side by side.
function processes() {
  const found = new Map();
  const isBorn = (event) => event[GROUP] === "run" && event[PLACE].includes("/");
  RUN.events.forEach((event, number) => {
    if (!isBorn(event)) return;
    const name = event[PLACE];
    if (event[RAW].startsWith("starts ")) found.set(name, { name, what: event[RAW].slice(7), machine: machineOf(event), first: number, last: RUN.events.length - 1 });
    else if (/^(ended|lost)/.test(event[RAW]) && found.has(name)) found.get(name).last = number;
  });
  return sideBySide([...found.values()], (process) => process.machine);
}

// Gives each of those that share a place a slot beside the others that have not ended when it begins.
function sideBySide(list, placeOf) {
  const busy = new Map();
  for (const one of list) {
    const place = placeOf(one);
    const lasts = busy.get(place) || [];
    const free = lasts.findIndex((last) => last < one.first);
    one.slot = free < 0 ? lasts.length : free;
    lasts[one.slot] = one.last;
    busy.set(place, lasts);
  }
  return list;
}

const PROCESSES = processes();
const LANES = RUN.machines.map((name, place) => ({ name, place, isLeft: place === 0 && RUN.machines.length > 1 }));
const laneOf = (name) => LANES.find((lane) => lane.name.toLowerCase() === name.toLowerCase());

// Where a strip stands: outside of its machine, or on the side from which nothing arrives.
function placeOfBand(band) {
  const [source, target] = band.where.split(">");
  const lane = laneOf((target || source).split("/")[0]);
  const from = target && laneOf(source);
  const side = from ? Math.sign(from.place - lane.place) : lane?.isLeft ? -1 : 1;
  return lane && { lane, side };
}

const BANDS = RUN.bands.map((band) => ({ ...band, ...placeOfBand(band) })).filter((band) => band.lane);
sideBySide(BANDS, (band) => `${band.lane.place} ${band.side}`);

function slots(list) {
  return list.reduce((most, one) => Math.max(most, one.slot + 1), 0);
}

// From the line of a machine: over the bars of its programs, and then over its strips.
function barsOf(lane, side) {
  const bars = slots(PROCESSES.filter((process) => process.machine === lane.name));
  return 9 + (side > 0 ? Math.max(0, bars - 1) * BARS_APART : 0);
}

function reachOf(lane, side) {
  return barsOf(lane, side) + slots(BANDS.filter((band) => band.lane === lane && band.side === side)) * STRIP + 4;
}

// Words stand before the first machine and behind each other one; arrows between, where nothing else does.
function columns(room, stateWidth) {
  const pairs = Math.max(0, LANES.length - 1);
  const states = RUN.files.length ? RUN.files.length * stateWidth + 36 : 0;
  const left = LANES.reduce((rest, lane) => rest - reachOf(lane, -1) - reachOf(lane, 1), room - TIME_WIDTH - states - 24);
  const arrows = Math.min(230, Math.max(pairs > 1 ? 70 : 120, (left * 0.3) / Math.max(1, pairs)));
  const text = Math.floor((left - arrows * pairs) / Math.max(1, LANES.length));
  return { arrows, states, stateWidth, isRoomy: text >= TEXT_WIDTH_WANTED, text: Math.min(TEXT_WIDTH_MAX, Math.max(TEXT_WIDTH_MIN, text)) };
}

// Files get the widest columns that leave room for words.
const TRIED = [40, 30, 22, 18].map((stateWidth) => columns(document.getElementById("chart").clientWidth, stateWidth));
const COLUMNS = TRIED.find((tried) => tried.isRoomy) || TRIED[TRIED.length - 1];
const TEXT_WIDTH = COLUMNS.text;
const STATE_WIDTH = COLUMNS.stateWidth;
const STATES_WIDTH = COLUMNS.states;

function placeLanes() {
  let x = TIME_WIDTH + 8;
  for (const lane of LANES) {
    if (lane.isLeft) x += TEXT_WIDTH;
    lane.x = x + reachOf(lane, -1);
    x = lane.x + reachOf(lane, 1) + (lane.isLeft ? 0 : TEXT_WIDTH);
    if (lane.place < LANES.length - 1) x += COLUMNS.arrows;
  }
  return x;
}

const LANES_END = placeLanes() + 8;
const STATES_X = LANES_END + 18;
const WIDTH = LANES_END + STATES_WIDTH;
