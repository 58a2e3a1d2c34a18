"use strict";
// Puts lines into words, and words into the width that they have.

const RUN = JSON.parse(document.getElementById("run").textContent);
const [TIME, SINCE, PLACE, GROUP, TEXT, RAW, SOURCE, IS_FAILURE] = [0, 1, 2, 3, 4, 5, 6, 7];

const FONT = "11.5px system-ui, sans-serif";
const LINES_MAX = 6; // of the words of one line; more are read by a click on it
const PEN = document.createElement("canvas").getContext("2d");
// All is measured as if it were bold, which is wider.
PEN.font = `700 ${FONT}`;
const widthOf = (text) => PEN.measureText(text).width;

const machineOf = (event) => event[PLACE].split("/")[0];
const isArrow = (event) => ["data", "packet", "receipt"].includes(event[GROUP]);
const isCall = (event) => ["change", "look", "content"].includes(event[GROUP]);
const isLink = (event) => / → .*: /.test(event[TEXT]) && / (silent|open)$/.test(event[RAW]);
// What the world says is a headline, or a fault of the network.
const isPhase = (event) => event[GROUP] === "told" && event[PLACE] === "world";
// A name changes with these: each begins a new line after it, so that their order is seen.
const isStep = (event) => /^(renames|removes|makes (folder|link)) /.test(event[TEXT]) || event[IS_FAILURE];

function counted(texts) {
  const counts = new Map();
  for (const text of texts) counts.set(text, (counts.get(text) || 0) + 1);
  return [...counts].map(([text, count]) => (count > 1 ? `${text} × ${count}` : text));
}

// The words of a line: what changed, or else how much was only looked at.
function wordsOf(line) {
  const events = line.events.map((number) => RUN.events[number]);
  if (events.length === 1) return events[0][TEXT];
  if (isArrow(events[0])) return arrowWords(events);
  if (events[0][TEXT] === events[1][TEXT] && events[0][GROUP] === "fault") return events[0][TEXT];
  if (isLink(events[0])) return events.map((event) => event[TEXT]).join(", ");
  const telling = events.filter((event) => event[GROUP] === "change" || event[IS_FAILURE]);
  if (telling.length) return changeWords(telling);
  const contents = events.filter((event) => event[GROUP] === "content" && !/ holds 0 bytes$/.test(event[TEXT]));
  if (contents.length) return contents.map((event) => event[TEXT]).join(", ");
  const reads = events.filter((event) => /^(reads|lists)/.test(event[TEXT]));
  const words = reads.length ? counted(reads.map((event) => event[TEXT])).join(", ") : "opens and looks";
  return `${words} · ${events.length} calls`;
}

// The step that ends a line is what matters: it stands first.
function changeWords(events) {
  const last = events[events.length - 1];
  if (events.length === 1 || !isStep(last)) return counted(events.map((event) => event[TEXT])).join(", ");
  return `${last[TEXT]} · before it: ${counted(events.slice(0, -1).map((event) => event[TEXT])).join(", ")}`;
}

function arrowWords(events) {
  if (events[0][GROUP] !== "data") return counted(events.map((event) => event[TEXT])).join(", ");
  const bytes = events.reduce((sum, event) => sum + parseInt(event[TEXT], 10), 0);
  return `${bytes} bytes in ${events.length} segments`;
}

// Words for the picture, where paths below the folders of the job begin there.
function brief(text) {
  return RUN.roots.reduce((shorter, root) => shorter.split(root).join(""), text);
}

function span(ns) {
  const seconds = ns / 1e9;
  const tenths = Math.round(seconds * 10);
  if (seconds >= 60) return `${Math.floor(tenths / 600)} min ${(tenths % 600) / 10} s`;
  return seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(ns / 1e6).toFixed(1)} ms`;
}

// To the millisecond, cut and not rounded: what comes later never seems to come earlier.
function clock(ns, digits = 3) {
  const minutes = Math.floor(ns / 60e9);
  const units = 10 ** digits;
  const seconds = (Math.floor(((ns - minutes * 60e9) / 1e9) * units) / units).toFixed(digits);
  return minutes ? `${minutes} min ${seconds.padStart(3 + digits, "0")} s` : `${seconds} s`;
}

// Lines of that width in pixels: broken at spaces, a word that is longer than a line behind a slash, else anywhere.
function wrapped(text, width, linesMax = LINES_MAX) {
  const lines = [""];
  for (const part of (text.match(/\s+|\S+/g) || []).flatMap((word) => partsOf(word, width))) {
    if (widthOf(lines[lines.length - 1] + part) > width && lines[lines.length - 1]) lines.push("");
    lines[lines.length - 1] += lines[lines.length - 1] ? part : part.trimStart();
  }
  if (lines.length <= linesMax) return lines;
  const hidden = lines.length - linesMax + 1;
  return [...lines.slice(0, linesMax - 1), `(${hidden} lines more: click)`];
}

function partsOf(word, width) {
  if (widthOf(word) <= width) return [word];
  const pieces = word.match(/[^/\\]*[/\\]+|[^/\\]+/g);
  if (pieces.length > 1) return pieces.flatMap((piece) => partsOf(piece, width));
  const size = Math.max(4, Math.floor((word.length * width) / widthOf(word)) - 1);
  return word.match(new RegExp(`.{1,${size}}`, "gsu"));
}
