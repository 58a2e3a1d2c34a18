"use strict";
// Draws a layout as SVG. All text goes in as text, never as markup.

const NEAR = 1000; // lines drawn on each side of the reader

function make(kind, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) element.append(child);
  return element;
}

function write(text, x, y, name, attributes = {}) {
  return make("text", { x, y, class: name, ...attributes }, text);
}

function titled(element, text) {
  element.append(make("title", {}, text));
  return element;
}

// Programs with the events from their start to their end; those that run at once stand side by side.
function processes() {
  const found = new Map();
  RUN.events.forEach((event, number) => {
    if (event[GROUP] !== "run" || !event[PLACE].includes("/")) return;
    const name = event[PLACE];
    if (event[RAW].startsWith("starts ")) found.set(name, { name, what: event[RAW].slice(7), first: number, last: RUN.events.length - 1 });
    else if (/^(ended|lost)/.test(event[RAW]) && found.has(name)) found.get(name).last = number;
  });
  const list = [...found.values()];
  for (const [place, process] of list.entries()) {
    const beside = list.slice(0, place).filter((other) => other.last > process.first && machineOf([0, 0, other.name]) === machineOf([0, 0, process.name]));
    process.slot = [0, 1, 2, 3].find((slot) => beside.every((other) => other.slot !== slot)) || 0;
  }
  return list;
}
const PROCESSES = processes();

function drawHeads() {
  const svg = document.getElementById("heads");
  const height = RUN.files.length ? 118 : 44;
  svg.setAttribute("width", WIDTH);
  svg.setAttribute("height", height);
  svg.append(write("virtual time", TIME_WIDTH - 10, height - 8, "when-label"));
  for (const lane of LANES) {
    const programs = PROCESSES.filter((process) => machineOf([0, 0, process.name]) === lane.name);
    const kinds = [...new Set(programs.map((process) => process.what))].join(" and ");
    svg.append(write(lane.name, lane.x, height - 24, "head"), write(kinds ? `runs ${kinds}` : "", lane.x, height - 8, "head-note"));
  }
  if (RUN.files.length) svg.append(write(`files at the target (${RUN.target})`, STATES_X - 6, 13, "head-note", { style: "text-anchor: start" }));
  RUN.files.forEach((file, place) => {
    const x = STATES_X + place * STATE_WIDTH + STATE_WIDTH / 2;
    const label = write(shortened(file.name, 100), x, height - 6, "", { transform: `rotate(-42 ${x} ${height - 6})` });
    svg.append(titled(label, file.name));
  });
}

function drawBand(layout, band) {
  const [first, last] = [yOf(layout, band.first) - 6, yOf(layout, band.last) + 6];
  const place = bandPlace(band);
  if (!place) return [];
  const [x, width] = place;
  const name = `band b-${band.kind}`;
  const box = make("rect", { x, y: first, width, height: Math.max(4, last - first), class: name, "data-band": band.kind });
  return [titled(box, band.text)];
}

function drawBandText(layout, band) {
  const place = bandPlace(band);
  if (!place) return [];
  const [first, last] = [yOf(layout, band.first), yOf(layout, band.last)];
  if (band.kind === "fault") return writeDown(band.text, place[0] + place[1] - 11, first, last - first);
  if (last - first < LINE_HEIGHT) return [];
  const lane = laneOf(band.where.split(">").pop().split("/")[0]);
  const isLeft = lane.isLeft !== (band.kind === "silent");
  const [x, anchor] = isLeft ? [place[0] - 4, "end"] : [place[0] + place[1] + 4, "start"];
  const gap = layout.steps.find((line) => line.gap && line.y > first && line.y <= last + LINE_HEIGHT);
  const shift = band.kind === "silent" && anchor === "start" ? 18 : 4;
  const y = (gap ? gap.y - GAP_HEIGHT / 2 : (first + last) / 2) + shift;
  return [write(band.text, x, y, `over band-text b-${band.kind}`, { style: `text-anchor: ${anchor}` })];
}

// Words along a band, from its top down, as many as there is room for.
function writeDown(words, x, y, length) {
  const room = Math.floor(length / 6);
  if (room < 8) return [];
  const text = words.length > room ? `${words.slice(0, room - 1)}…` : words;
  const turned = { transform: `translate(${x} ${y}) rotate(90)`, style: "text-anchor: start" };
  return [write(text, 0, 0, "over band-text b-fault", turned)];
}

// [x, width] of a band: around a machine's line, around a process, or before the machine that hears nothing.
function bandPlace(band) {
  const [source, target] = band.where.split(">");
  const lane = laneOf((target || source).split("/")[0]);
  if (!lane) return null;
  if (band.kind === "off") return [lane.x - 26, 52];
  if (band.kind === "hang") return [lane.x - 15, 30];
  if (!target) return [lane.x - 20, 40];
  const from = laneOf(source);
  const side = from && from.x > lane.x ? 1 : -1;
  const offset = band.kind === "silent" ? 30 : 44;
  return [lane.x + side * offset - 6, 12];
}

function drawGap(line) {
  const y = line.y - GAP_HEIGHT / 2;
  const right = RUN.files.length ? WIDTH - 20 : STATES_X;
  let path = `M 10 ${y}`;
  for (let x = 10, up = true; x < right; x += 8, up = !up) path += ` L ${x + 4} ${y + (up ? -4 : 4)}`;
  const text = write(`${span(line.gap)} pass`, TIME_WIDTH + 6, y + 4, "over gap-text");
  return [make("path", { d: path, class: "gap-line", "data-gap": line.gap }), text];
}

function drawStates(layout, svg) {
  if (!RUN.files.length) return;
  svg.append(make("rect", { x: STATES_X - 8, y: 0, width: RUN.files.length * STATE_WIDTH + 16, height: layout.height, class: "states-box" }));
  RUN.files.forEach((file, place) => {
    const x = STATES_X + place * STATE_WIDTH + 6;
    const width = STATE_WIDTH - 12;
    const middle = x + width / 2;
    const lane = make("g", { class: "file-lane" });
    const spans = [{ kind: "absent", label: "", y: 0 }, ...file.states.map((state) => ({ ...state, y: yOf(layout, state.sequence) }))];
    spans.forEach((state, number) => {
      const end = number + 1 < spans.length ? spans[number + 1].y : layout.height - 20;
      if (end <= state.y) return;
      if (state.kind === "absent") { lane.append(make("line", { x1: middle, x2: middle, y1: state.y, y2: end, class: "s-absent" })); return; }
      const box = make("rect", { x, y: state.y, width, height: end - state.y, class: `s-${state.kind}`, "data-state": state.kind });
      lane.append(titled(box, `${file.name}: ${state.kind} ${state.label}`));
      if (end - state.y > 11) lane.append(write(state.label, middle, state.y + 11, "state"));
    });
    svg.append(lane);
  });
}

function drawArrow(layout, line) {
  const events = line.events.map((number) => RUN.events[number]);
  const [from, to] = [laneOf(events[0][SOURCE]), laneOf(machineOf(events[0]))];
  if (!from || !to) return [];
  const sent = layout.steps[Math.max(0, lineAt(layout, events[0][SINCE]))];
  const [y1, y2] = [Math.min(sent.y, line.y) + LINE_HEIGHT / 2, line.y + LINE_HEIGHT / 2];
  const kind = `a-${events[0][GROUP]}`;
  const side = from.x === to.x ? 1 : Math.sign(to.x - from.x);
  const tipX = to.x - (from.x === to.x ? -6 : side * 6);
  const shape = from.x === to.x
    ? `M ${from.x + 6} ${y1} q 40 ${(y2 - y1) / 2} 0 ${y2 - y1}`
    : `M ${from.x + side * 6} ${y1} L ${tipX - side * 6} ${y2 - Math.min(y2 - y1, 2)}`;
  const back = from.x === to.x ? 8 : -side * 8;
  const anchor = side > 0 && from.x !== to.x ? "end" : "start";
  return [
    make("path", { d: shape, class: `arrow ${kind}`, "data-arrow": events.length }),
    make("path", { d: `M ${tipX} ${y2} l ${back} -4 l 0 8 z`, class: `tip ${kind}` }),
    write(shortened(wordsOf(line), BETWEEN - 70), tipX + back * 2, y2 - 3, `over label ${kind}`, { style: `text-anchor: ${anchor}` }),
  ];
}

function drawDot(lane, line) {
  return lane ? [make("circle", { cx: lane.x, cy: line.y + LINE_HEIGHT / 2, r: 5, class: "dot" })] : [];
}

function drawWords(line) {
  const event = RUN.events[line.events[0]];
  const lane = laneOf(machineOf(event));
  const words = brief(wordsOf(line));
  if (!lane || event[GROUP] === "fault") return [...drawDot(lane, line), write(shortened(words, 560), TIME_WIDTH + 6, line.y + 13, "over")];
  const process = PROCESSES.find((one) => one.name === event[PLACE]);
  const x = lane.x + (process ? process.slot * BAR * 1.5 : 0);
  const shift = lane.isLeft ? -12 : 12;
  const text = write(shortened(words, TEXT_WIDTH - 26), x + shift, line.y + 13, "over", { style: `text-anchor: ${lane.isLeft ? "end" : "start"}` });
  return [make("circle", { cx: x, cy: line.y + LINE_HEIGHT / 2, r: 3.2, class: "dot" }), titled(text, `${event[PLACE]} ${words}`)];
}

function drawLine(layout, line, before) {
  const events = line.events.map((number) => RUN.events[number]);
  const isPhase = events[0][GROUP] === "told" && events[0][PLACE] === "world";
  const group = isPhase ? "phase" : events.find((event) => event[GROUP] === "change") ? "change" : events[0][GROUP];
  const row = make("g", { class: `row c-${group}${events.some((event) => event[IS_FAILURE]) ? " c-error" : ""}`, "data-first": line.events[0] });
  row.append(make("rect", { x: 0, y: line.y, width: WIDTH, height: LINE_HEIGHT, class: "hit" }));
  if (!before || before.time !== line.time) row.append(write(clock(line.time), TIME_WIDTH - 10, line.y + 13, "when-label"));
  row.append(...(isArrow(events[0]) ? drawArrow(layout, line) : drawWords(line)));
  return row;
}

function drawProcess(layout, process) {
  const lane = laneOf(machineOf([0, 0, process.name]));
  if (!lane) return [];
  const [first, last] = [yOf(layout, process.first), yOf(layout, process.last)];
  const x = lane.x - BAR / 2 + process.slot * BAR * 1.5;
  const box = make("rect", { x, y: first, width: BAR, height: Math.max(2, last - first), class: "process", rx: 2 });
  return [titled(box, `${process.what}, process ${process.name}`)];
}

function drawPicture(layout) {
  const svg = document.getElementById("picture");
  svg.replaceChildren(make("defs", {}, make("pattern", { id: "hatch-off", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    make("rect", { width: 7, height: 7, fill: "#e3e6ea" }), make("rect", { width: 2.5, height: 7, fill: "#8b93a0" }))));
  svg.setAttribute("width", WIDTH);
  svg.setAttribute("height", layout.height);
  drawStates(layout, svg);
  for (const lane of LANES) svg.append(make("line", { x1: lane.x, x2: lane.x, y1: 0, y2: layout.height - 20, class: "lane", "data-lane": lane.name }));
  for (const band of RUN.bands) svg.append(...drawBand(layout, band));
  for (const process of PROCESSES) svg.append(...drawProcess(layout, process));
  svg.append(make("g", { id: "lines" }));
  for (const band of RUN.bands) svg.append(...drawBandText(layout, band));
}

// Draws the lines near one of them, or a run of 20,000 lines would keep the reader waiting; gives them by number.
function drawLines(layout, center) {
  const rows = new Map();
  const labels = make("g", { id: "labels" });
  const lines = make("g", { id: "lines" });
  const [first, last] = [Math.max(0, center - NEAR), Math.min(layout.steps.length, center + NEAR)];
  for (let number = first; number < last; number += 1) {
    const line = layout.steps[number];
    if (line.gap) lines.append(...drawGap(line));
    rows.set(number, drawLine(layout, line, layout.steps[number - 1]));
  }
  for (const row of rows.values()) lines.append(row);
  // Above all arrows, or those of the next line would cross them.
  for (const label of lines.querySelectorAll(".label")) labels.append(label);
  lines.append(labels);
  document.getElementById("lines").replaceWith(lines);
  return rows;
}
