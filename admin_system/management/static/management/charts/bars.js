// Columns over days in inline SVG, two parts one on the other, read by pointer or arrow keys, with a
// table of the figures behind a summary.

import { s } from "../base/element.js";
import { figuresTable } from "./figures.js";
import { plain } from "./line.js";
import { readPlaces } from "./reading.js";
import { neatTop } from "./scale.js";

const EDGE = { left: 46, right: 4, top: 8, bottom: 22 };
const WIDEST = 44; // pixels of a column
const GAP = 0.3; // of a column's room
const NAME = { room: 76, half: 22 }; // pixels of a day's name; the last may reach into the card's edge

/**
 * options: label (what the chart shows, for the ear), height in px, at(place) -> how a place on the
 * axis is written, words {data, at, none} as of a line chart.
 *
 * Returns {element, show({times, series: [{name, values}]})}; the series stand on each other.
 */
export function barChart(options) {
  const { label, height = 180 } = options;
  let shown = { times: [], series: [] };
  let middles = [];

  const svg = s("svg", { class: "plot__plot bars", role: "img", tabindex: "0", height, "aria-label": label });
  const reading = document.createElement("output");
  reading.className = "plot__reading";
  const figures = figuresTable(options.words, options.at, plain);
  const element = document.createElement("figure");
  element.className = "plot";
  element.append(svg, reading, figures.element);
  const read = readPlaces(svg, () => middles, point);

  function paint() {
    const width = svg.clientWidth || element.clientWidth;
    if (!width) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const { times, series } = shown;
    const sums = times.map((_, index) => series.reduce((sum, one) => sum + one.values[index], 0));
    const top = neatTop(sums, 10);
    const ground = height - EDGE.bottom;
    const y = (value) => ground - (value / top) * (ground - EDGE.top);
    const room = (width - EDGE.left - EDGE.right) / Math.max(times.length, 1);
    const wide = Math.min(room * (1 - GAP), WIDEST);
    middles = times.map((_, index) => EDGE.left + room * (index + 0.5));
    svg.replaceChildren(...levels(top, y, width), ...columns(sums, series, y, wide), ...names(width));
    if (!sums.some((sum) => sum > 0)) {
      const middle = (EDGE.left + width) / 2;
      svg.append(s("text", { x: middle, y: y(top / 2) - 8, "text-anchor": "middle" }, options.words.none));
    }
    point();
  }

  function levels(top, y, width) {
    return [0, top / 2, top].flatMap((value) => {
      const level = Math.round(y(value)) + 0.5;
      return [
        s("path", { class: "plot__grid", d: `M${EDGE.left} ${level}H${width - EDGE.right}` }),
        s("text", { x: EDGE.left - 7, y: level + 4, "text-anchor": "end" }, short(value)),
      ];
    });
  }

  function columns(sums, series, y, wide) {
    return sums.map((_, index) => {
      let under = 0;
      const parts = series.map(({ values }, number) => {
        const from = y(under);
        under += values[index];
        const size = { x: middles[index] - wide / 2, y: y(under), width: wide, height: from - y(under) };
        return s("rect", { class: `bars__part bars__part--${number + 1}`, ...size });
      });
      return s("g", { "data-place": index }, parts);
    });
  }

  function names(width) {
    const { times } = shown;
    const every = Math.ceil(times.length / Math.max(Math.floor((width - EDGE.left) / NAME.room), 1));
    return times.flatMap((time, index) => ((times.length - 1 - index) % every === 0 ? [nameOf(time, index, width)] : []));
  }

  function point() {
    const { place } = read;
    for (const column of svg.querySelectorAll("g[data-place]")) {
      column.classList.toggle("bars__read", Number(column.dataset.place) === place);
    }
    const { times, series } = shown;
    reading.textContent =
      place === null || place >= times.length
        ? ""
        : [options.at(times[place]), ...series.map(({ name, values }) => `${name} ${plain(values[place])}`)].join(" · ");
  }

  function nameOf(time, index, width) {
    return s("text", { x: Math.min(middles[index], width - NAME.half), "text-anchor": "middle", y: height - 5 }, options.at(time));
  }

  new ResizeObserver(paint).observe(element);

  function show(data) {
    shown = data;
    const sums = data.series.map(({ name, values }) => `${name} ${plain(values.reduce((a, b) => a + b, 0))}`);
    svg.setAttribute("aria-label", [label, ...sums].join(", "));
    paint();
    figures.show(data);
  }
  return { element, show };
}

/** A scale's figure: 1.5 k, 20 M. */
function short(value) {
  if (value >= 1e6) return `${plain(value / 1e6)}\u00a0M`;
  return value >= 1e4 ? `${plain(value / 1e3)}\u00a0k` : plain(value);
}
