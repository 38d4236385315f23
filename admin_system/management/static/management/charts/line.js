// A line chart in inline SVG: up to four series on one scale, told apart by dash as well as colour,
// read by pointer or arrow keys, with a table of its figures behind a summary.

import { figuresTable } from "./figures.js";
import { readPlaces } from "./reading.js";
import { areaUnder, neatTop, pathThrough } from "./scale.js";

const SVG = "http://www.w3.org/2000/svg";
const EDGE = { left: 38, right: 8, top: 8, bottom: 22 };
const SERIES = 4;

function draw(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * options: label (what the chart shows, for the ear), unit, height in px (120), least (a top that
 * the scale never goes below), at(time) -> how a place on the axis is written, exact(time) -> how
 * that of one point is, if otherwise, number(value) -> how a value is, words {data, at, none}: the
 * summary of the table, the head of its first column, what stands where nothing is known.
 * table: false leaves the table out.
 *
 * Returns {element, show({times, series: [{name, values}]})}: times ascend, in any unit; a value
 * is a number or null.
 */
export function lineChart(options) {
  const { label, unit = "", height = 120, least = 0, table = true, exact = options.at } = options;
  const write = (value) =>
    value === null ? "–" : `${(options.number ?? plain)(value)}${unit ? `\u00a0${unit}` : ""}`;
  let shown = { times: [], series: [] };

  const svg = draw("svg", { class: "plot__plot", role: "img", tabindex: "0", height, "aria-label": label });
  const reading = document.createElement("output");
  reading.className = "plot__reading";
  const element = document.createElement("figure");
  element.className = "plot";
  element.append(svg, reading);
  const figures = table ? figuresTable(options.words, exact, write) : null;
  if (figures) element.append(figures.element);

  let scale = null;
  const read = readPlaces(svg, () => (scale ? shown.times.map((_, index) => scale.x(index)) : []), point);

  function paint() {
    const width = svg.clientWidth || element.clientWidth;
    if (!width) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren();
    const { times, series } = shown;
    const known = series.flatMap((one) => one.values);
    const top = neatTop(known, least);
    const first = times[0];
    const span = times.at(-1) - first || 1;
    const x = (index) =>
      EDGE.left + ((times[index] - first) / span) * (width - EDGE.left - EDGE.right);
    const ground = height - EDGE.bottom;
    const y = (value) => ground - (value / top) * (ground - EDGE.top);
    scale = { x, y };
    for (const value of [0, top / 2, top]) {
      const level = Math.round(y(value)) + 0.5;
      svg.append(
        draw("path", { class: "plot__grid", d: `M${EDGE.left} ${level}H${width - EDGE.right}` }),
        draw("text", { x: EDGE.left - 7, y: level + 4, "text-anchor": "end" }, plain(value)),
      );
    }
    if (!known.some((value) => value !== null)) {
      const middle = (EDGE.left + width - EDGE.right) / 2;
      svg.append(
        draw("text", { x: middle, y: y(top / 2) - 8, "text-anchor": "middle" }, options.words.none),
      );
    }
    if (times.length > 1) {
      const edges = [
        [0, EDGE.left, "start"],
        [times.length - 1, width - EDGE.right, "end"],
      ];
      for (const [index, at, anchor] of edges) {
        const words = options.at(times[index]);
        svg.append(draw("text", { x: at, y: height - 5, "text-anchor": anchor }, words));
      }
    }
    series.slice(0, SERIES).forEach(({ values }, number) => {
      if (number === 0) svg.append(draw("path", { class: "plot__area", d: areaUnder(values, x, y) }));
      const line = `plot__line plot__line--${number + 1}`;
      svg.append(draw("path", { class: line, d: pathThrough(values, x, y) }));
    });
    point();
  }

  function point() {
    svg.querySelectorAll(".plot__point, .plot__cursor").forEach((mark) => mark.remove());
    const { times, series } = shown;
    const { place } = read;
    if (place === null || !scale || place >= times.length) {
      reading.textContent = "";
      return;
    }
    const at = scale.x(place);
    svg.append(draw("path", { class: "plot__cursor", d: `M${at} ${EDGE.top}V${height - EDGE.bottom}` }));
    series.slice(0, SERIES).forEach(({ values }, number) => {
      const value = values[place];
      if (value === null) return;
      const mark = { class: `plot__point plot__point--${number + 1}`, r: 3.5 };
      svg.append(draw("circle", { ...mark, cx: at, cy: scale.y(value) }));
    });
    const named = series.length > 1;
    reading.textContent = [
      exact(times[place]),
      ...series.map(({ name, values }) => `${named ? `${name} ` : ""}${write(values[place])}`),
    ].join(" · ");
  }

  new ResizeObserver(paint).observe(element);

  function show(data) {
    shown = data;
    const now = data.series.map(({ name, values }) => `${name} ${write(values.at(-1) ?? null)}`);
    svg.setAttribute("aria-label", [label, ...now].join(", "));
    paint();
    figures?.show(data);
  }
  return { element, show };
}

/** Three digits are enough to read a chart. */
export function plain(value) {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString("en").replaceAll(",", "\u2009");
}

/** The key to the lines, in their order. */
export function legend(names) {
  const list = document.createElement("div");
  list.className = "plot__legend";
  names.slice(0, SERIES).forEach((name, number) => {
    const entry = document.createElement("span");
    const mark = document.createElement("i");
    mark.className = `plot__key plot__key--${number + 1}`;
    entry.append(mark, name);
    list.append(entry);
  });
  return list;
}
