"use strict";
// Draws a layout as SVG. All text goes in as text, never as markup.

const NEAR = 1000; // lines drawn on each side of the reader
const NAME_HEIGHT_MAX = 360;

function make(kind, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) element.append(child);
  return element;
}

function write(text, x, y, name, attributes = {}) {
  return make("text", { x, y, class: name, ...attributes }, text);
}

// Several lines of words, the first one at y.
function writeLines(words, x, y, name, attributes = {}) {
  return words.map((text, number) => write(text, x, y + number * WORDS_HEIGHT, name, attributes));
}

function titled(element, text) {
  element.append(make("title", {}, text));
  return element;
}

// Its own size on a screen, and the width of the page on paper.
function resize(svg, height) {
  for (const [name, value] of Object.entries({ width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` })) svg.setAttribute(name, value);
}

function drawHeads() {
  const svg = document.getElementById("heads");
  const longest = Math.max(0, ...RUN.files.map((file) => widthOf(file.name)));
  const height = Math.max(52, RUN.files.length ? Math.min(NAME_HEIGHT_MAX, longest) + 36 : 0);
  resize(svg, height);
  svg.append(write("virtual time", TIME_WIDTH - 10, height - 8, "when-label"));
  for (const lane of LANES) {
    const kinds = [...new Set(PROCESSES.filter((process) => process.machine === lane.name).map((process) => process.what))].join(" and ");
    svg.append(write(lane.name, lane.x, height - 24, "head"), write(kinds ? `runs ${kinds}` : "", lane.x, height - 8, "head-note"));
  }
  if (!RUN.files.length) return;
  writeLines(wrapped(`files of the target, on ${RUN.target}`, STATES_WIDTH + 60, 2), WIDTH - 8, 13, "head-note end").forEach((text) => svg.append(text));
  RUN.files.forEach((file, place) => {
    const x = STATES_X + (place + 0.5) * STATE_WIDTH + 4;
    const [name] = [wrapped(file.name, NAME_HEIGHT_MAX, 1)[0]];
    const shown = widthOf(file.name) > NAME_HEIGHT_MAX ? `${[...file.name].slice(0, 40).join("")}…` : name;
    svg.append(titled(write(shown, 0, 0, "", { transform: `translate(${x} ${height - 6}) rotate(-90)` }), file.name));
  });
}

// From its beginning to its end; if something else tells these, from there.
function spanOf(layout, band) {
  const line = layout.steps[lineOf(layout, band.first)];
  const first = band.begins && line ? line.top + 2 : yOf(layout, band.first) - 6;
  const end = layout.steps[lineOf(layout, band.last)];
  const last = band.ends && end ? end.top + 2 : yOf(layout, band.last) + 6;
  return [first, Math.max(first + 4, last)];
}

function drawBand(layout, band) {
  const [first, last] = spanOf(layout, band);
  const { lane, side, slot } = band;
  const x = lane.x + side * (barsOf(lane, side) + slot * STRIP + STRIP / 2);
  const box = make("rect", { x: x - STRIP / 2 + 1, y: first, width: STRIP - 2, height: last - first, class: `band b-${band.kind}`, "data-band": band.kind });
  const parts = [titled(box, band.text)];
  if (band.kind === "off") parts.push(make("rect", { x: lane.x - 8, y: first, width: 16, height: last - first, class: "band b-off" }));
  return [...parts, ...drawBandText(band, x + 4, first, last - first)];
}

const REPEAT = 900; // pixels, after which a reader has lost the words of a strip

// Words along a strip, from its top down: in full, in brief, or none. Its lines tell the rest.
function drawBandText(band, x, y, length) {
  const briefly = { off: "no power", hang: "hangs", silent: "silent", fault: "fault" }[band.kind];
  const words = [brief(band.text), briefly].find((text) => widthOf(text) + 12 < length);
  if (!words) return [];
  const count = Math.max(1, Math.floor(length / Math.max(REPEAT, widthOf(words) + 60)));
  return Array.from({ length: count }, (_, number) => {
    const turned = `translate(${x - 8} ${y + 6 + (number * length) / count}) rotate(90)`;
    return write(words, 0, 0, `band-text b-${band.kind}`, { transform: turned });
  });
}

function drawGap(line) {
  const y = line.top - GAP_HEIGHT / 2;
  let path = `M 10 ${y}`;
  for (let x = 10, up = true; x < WIDTH - 10; x += 8, up = !up) path += ` L ${x + 4} ${y + (up ? -4 : 4)}`;
  const text = write(`${span(line.gap)} pass`, TIME_WIDTH + 6, y + 4, "over gap-text");
  return [make("path", { d: path, class: "gap-line", "data-gap": line.gap }), text];
}

function drawNote(note) {
  const row = make("g", { class: "row c-fault" }, make("rect", { x: 0, y: note.y, width: LANES_END, height: heightOf(note.words), class: "hit" }));
  row.append(...writeBeside(laneOf(note.band.where), note.words, note.y));
  return row;
}

function drawStates(layout, svg) {
  if (!RUN.files.length) return;
  svg.append(make("rect", { x: STATES_X - 8, y: 0, width: RUN.files.length * STATE_WIDTH + 16, height: layout.height, class: "states-box" }));
  RUN.files.forEach((file, place) => svg.append(drawFile(layout, file, STATES_X + place * STATE_WIDTH)));
}

function drawFile(layout, file, left) {
  const [x, width, middle] = [left + 3, STATE_WIDTH - 6, left + STATE_WIDTH / 2];
  const lane = make("g", { class: "file-lane" });
  const spans = [{ kind: "absent", label: "", y: 0 }, ...file.states.map((state) => ({ ...state, y: yOf(layout, state.sequence) }))];
  spans.forEach((state, number) => {
    const end = number + 1 < spans.length ? spans[number + 1].y : layout.height - 20;
    if (end <= state.y) return;
    if (state.kind === "absent") { lane.append(make("line", { x1: middle, x2: middle, y1: state.y, y2: end, class: "s-absent" })); return; }
    const box = make("rect", { x, y: state.y, width, height: end - state.y, class: `s-${state.kind}`, "data-state": state.kind });
    lane.append(titled(box, `${file.name}: ${state.kind} ${state.label}`));
    if (end - state.y > 11 && widthOf(state.label) < width + 6) lane.append(write(state.label, middle, state.y + 11, "state"));
  });
  return lane;
}

function drawArrow(layout, line) {
  const events = line.events.map((number) => RUN.events[number]);
  const [from, to] = [laneOf(events[0][SOURCE]), laneOf(machineOf(events[0]))];
  if (!from || !to) return [];
  const sent = layout.steps[Math.max(0, lineAt(layout, events[0][SINCE]))];
  const y2 = middleOf(line);
  const y1 = Math.min(middleOf(sent), y2);
  const kind = `a-${events[0][GROUP]}`;
  const isLoop = from === to;
  const side = isLoop ? -1 : Math.sign(to.x - from.x);
  const tipX = to.x - side * 6;
  const shape = isLoop ? `M ${tipX} ${y1} q 40 ${(y2 - y1) / 2} 0 ${y2 - y1}` : `M ${from.x + side * 6} ${y1} L ${tipX - side * 6} ${y2 - Math.min(y2 - y1, 2)}`;
  const x = to.x - side * (reachOf(to, -side) + 8);
  const labels = writeLines(line.words, x, line.y + 8, `over label ${kind} ${side > 0 ? "end" : ""}`);
  return [
    make("path", { d: shape, class: `arrow ${kind}`, "data-arrow": events.length }),
    make("path", { d: `M ${tipX} ${y2} l ${-side * 8} -4 l 0 8 z`, class: `tip ${kind}` }),
    ...labels,
  ];
}

// Words in the column of a machine; those of the whole world in the first one.
function writeBeside(lane, words, y) {
  if (!lane) return writeLines(words, LANES.length > 1 ? TIME_WIDTH + 6 : LANES_END - TEXT_WIDTH, y + 13, "over");
  const side = lane.isLeft ? -1 : 1;
  return writeLines(words, lane.x + side * (reachOf(lane, side) + 2), y + 13, `over ${lane.isLeft ? "end" : ""}`);
}

function drawWords(line) {
  const event = RUN.events[line.events[0]];
  const lane = laneOf(machineOf(event));
  const texts = writeBeside(lane, line.words, line.y);
  if (!lane) return texts;
  const process = PROCESSES.find((one) => one.name === event[PLACE]);
  const x = lane.x + (process ? process.slot * BARS_APART : 0);
  return [make("circle", { cx: x, cy: line.y + LINE_HEIGHT / 2, r: event[GROUP] === "fault" ? 5 : 3.2, class: "dot" }), ...texts];
}

function drawLine(layout, line, before) {
  const events = line.events.map((number) => RUN.events[number]);
  const group = isPhase(events[0]) ? "phase" : events.find((event) => event[GROUP] === "change") ? "change" : events[0][GROUP];
  const row = make("g", { class: `row c-${group}${events.some((event) => event[IS_FAILURE]) ? " c-error" : ""}`, "data-first": line.events[0] });
  row.append(make("rect", { x: 0, y: line.y, width: LANES_END, height: line.height, class: "hit" }));
  if (!before || clock(before.time) !== clock(line.time)) row.append(write(clock(line.time), TIME_WIDTH - 10, line.y + 13, "when-label"));
  row.append(...(isArrow(events[0]) ? drawArrow(layout, line) : drawWords(line)));
  return titled(row, wordsOf(line));
}

function drawProcess(layout, process) {
  const lane = laneOf(process.machine);
  if (!lane) return [];
  const [first, last] = [yOf(layout, process.first), yOf(layout, process.last)];
  const x = lane.x - BAR / 2 + process.slot * BARS_APART;
  const box = make("rect", { x, y: first, width: BAR, height: Math.max(2, last - first), class: "process", rx: 2 });
  return [titled(box, `${process.what}, process ${process.name}`)];
}

function drawPicture(layout) {
  const svg = document.getElementById("picture");
  svg.replaceChildren(make("defs", {}, make("pattern", { id: "hatch-off", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    make("rect", { width: 7, height: 7, fill: "#e3e6ea" }), make("rect", { width: 2.5, height: 7, fill: "#b9bfc9" }))));
  resize(svg, layout.height);
  drawStates(layout, svg);
  for (const lane of LANES) svg.append(make("line", { x1: lane.x, x2: lane.x, y1: 0, y2: layout.height - 20, class: "lane", "data-lane": lane.name }));
  for (const process of PROCESSES) svg.append(...drawProcess(layout, process));
  svg.append(make("g", { id: "lines" }), make("g", { id: "bands" }));
  for (const band of BANDS) document.getElementById("bands").append(...drawBand(layout, band));
}

// Draws the lines near one of them, or a run of 20,000 lines would keep the reader waiting; gives them by number.
function drawLines(layout, center, near = NEAR) {
  const rows = new Map();
  const labels = make("g", { id: "labels" });
  const lines = make("g", { id: "lines" });
  const [first, end] = [Math.max(0, center - near), Math.min(layout.steps.length, center + near)];
  for (let number = first; number < end; number += 1) {
    const line = layout.steps[number];
    if (line.gap) lines.append(...drawGap(line));
    lines.append(...line.notes.map(drawNote));
    rows.set(number, drawLine(layout, line, layout.steps[number - 1]));
  }
  for (const row of rows.values()) lines.append(row);
  // Above all arrows, or those of the next line would cross them.
  for (const label of lines.querySelectorAll(".label")) labels.append(label);
  lines.append(labels, ...drawRest(layout, first, end));
  document.getElementById("lines").replaceWith(lines);
  return rows;
}

// What is not drawn is said to be there.
function drawRest(layout, first, end) {
  const left = layout.steps.length - end;
  const tell = (count, where, y) => write(`${count} more lines ${where} are drawn when you scroll there`, TIME_WIDTH + 6, y, "over c-phase rest");
  return [
    ...(first ? [tell(first, "above", layout.steps[first].top - 8)] : []),
    ...(left ? [tell(left, "below", layout.steps[end].top + 14)] : []),
  ];
}
