// The figures of the last hour or day: read once, then continued.

import { call } from "../base/api.js";
import { poll } from "./poll.js";

const KEPT = 720; // samples
const POINTS = 120; // of a chart: more cannot be told apart
const EVERY = { hour: 5000, day: 60000 };
const GPU = ["memory_used", "utilization", "temperature"];

/** Calls `show(history)` whenever there is more. → a function that changes to another range. */
export function followHistory(show, fail) {
  let over = "hour";
  let history = null;

  async function ask() {
    const wanted = over;
    const since = wanted === "hour" && history?.over === wanted ? history.times.at(-1) : undefined;
    const answer = await call("GET", `/api/metrics-history?over=${wanted}${since ? `&since=${since}` : ""}`);
    if (wanted !== over) return history;
    history = since ? join(history, answer) : answer;
    return history;
  }
  const again = poll(ask, (now) => {
    if (now !== null) show(now);
    return EVERY[over];
  }, { fail });
  return (range) => {
    over = range;
    history = null;
    again();
  };
}

function join(before, more) {
  const joined = { ...more };
  for (const [name, column] of Object.entries(more)) {
    if (Array.isArray(column) && name !== "gpus") joined[name] = before[name].concat(column).slice(-KEPT);
  }
  joined.gpus = more.gpus.map((gpu, place) => {
    const columns = GPU.map((name) => [name, (before.gpus[place]?.[name] ?? []).concat(gpu[name]).slice(-KEPT)]);
    return { ...gpu, ...Object.fromEntries(columns) };
  });
  return joined;
}

/** Times and columns in at most POINTS steps; a step is the mean of what is known of it. */
export function thin(times, columns) {
  const step = Math.ceil(times.length / POINTS) || 1;
  // Counted from the end, so that a step keeps its samples while it fills.
  const ends = [];
  for (let end = times.length; end > 0; end -= step) ends.unshift(end);
  const merge = (column) => ends.map((end) => mean(column.slice(Math.max(0, end - step), end)));
  return { times: ends.map((end) => times[end - 1]), columns: columns.map(merge) };
}

function mean(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
