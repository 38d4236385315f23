// Cards of live figures: what it is now, above how it was.

import { h } from "../base/element.js";
import { _, figure } from "../base/words.js";
import { legend, lineChart } from "../charts/line.js";
import { bytes } from "./amounts.js";
import { thin } from "./history.js";

const GIGA = 1e9;

/** What there is to show: `columns(history)` → [name, values] for each line, `now(history, last)` → [figure, unit, aside]. */
export const FIGURES = {
  speed: {
    title: () => _("Generation"),
    unit: "tokens/s",
    columns: (history) => [[_("Generation"), history.tokens_per_second]],
    now: (history, last) => [digits(last(history.tokens_per_second)), "tokens/s"],
  },
  first: {
    title: () => _("First token"),
    unit: "s",
    columns: (history) => [["P50", history.first_token_p50], ["P95", history.first_token_p95]],
    now: (history, last) => [digits(last(history.first_token_p50), 2), "s"],
  },
  progress: {
    title: () => _("Requests in progress"),
    unit: "",
    columns: (history) => [[_("Answered"), history.running], [_("Queued"), history.waiting]],
    now: (history, last) => [digits(last(history.running)), "", _("{count} waiting", { count: last(history.waiting) ?? 0 })],
  },
  temperature: {
    title: () => _("GPU temperature"),
    unit: "°C",
    columns: (history) => history.gpus.map((gpu) => [cardName(history, gpu), gpu.temperature]),
    now: (history, last) => [digits(last(history.gpus[0].temperature)), "°C", busy(last(history.gpus[0].utilization))],
    absent: (history) => !history.gpus.length,
  },
  utilization: {
    title: () => _("GPU load"),
    unit: "%",
    least: 100,
    columns: (history) => history.gpus.map((gpu) => [cardName(history, gpu), gpu.utilization]),
    now: (history, last) => [digits(last(history.gpus[0].utilization)), "%"],
    absent: (history) => !history.gpus.length,
  },
  card: {
    title: () => _("GPU memory"),
    unit: "GB",
    least: (history) => Math.max(...history.gpus.map((gpu) => gpu.memory_total)) / GIGA,
    columns: (history) => history.gpus.map((gpu) => [cardName(history, gpu), inGigabytes(gpu.memory_used)]),
    now: (history, last) => [digits(last(inGigabytes(history.gpus[0].memory_used)), 1), "GB", of(history.gpus[0].memory_total)],
    absent: (history) => !history.gpus.length,
  },
  processor: {
    title: () => _("Processor"),
    unit: "%",
    least: 100,
    columns: (history) => [[_("Processor"), history.cpu_percent]],
    now: (history, last) => [digits(last(history.cpu_percent)), "%"],
  },
  memory: {
    title: () => _("Main memory"),
    unit: "GB",
    least: (history) => history.memory_total / GIGA,
    columns: (history) => [[_("Main memory"), inGigabytes(history.memory_used)]],
    now: (history, last) => [digits(last(inGigabytes(history.memory_used)), 1), "GB", of(history.memory_total)],
  },
  disk: {
    title: () => _("Disk"),
    unit: "GB",
    least: (history) => history.disk_total / GIGA,
    columns: (history) => [[_("Disk"), inGigabytes(history.disk_used)]],
    now: (history, last) => [digits(last(inGigabytes(history.disk_used)), 1), "GB", of(history.disk_total)],
  },
};

const inGigabytes = (column) => column.map((value) => (value === null ? null : value / GIGA));
const digits = (value, most = 0) => (value === null || value === undefined ? "–" : figure(value, value >= 100 ? 0 : most));
const of = (total) => _("of {amount}", { amount: bytes(total) });
const busy = (share) => (share === null ? "" : _("{percent}% busy", { percent: Math.round(share) }));
const cardName = (history, gpu) => (history.gpus.length > 1 ? `GPU ${gpu.index}` : gpu.name);
const last = (column) => column.at(-1) ?? null;

/** A card for one of FIGURES. */
export function figureCard(kind) {
  const about = FIGURES[kind];
  const aside = h("span", { class: "tiny dim" });
  const key = h("div", { class: "figure__key" });
  const value = h("span", { class: "num" });
  const unit = h("small");
  const words = { data: _("Data"), at: _("Time"), none: _("Nothing yet") };
  let chart = null;
  const body = h("div", { class: "figure__chart" });
  const element = h(
    "section",
    { class: "card figure", "aria-label": about.title(), dataset: { figure: kind } },
    h("header", {}, h("h3", { class: "mid small grow" }, about.title()), aside),
    h("div", { class: "figure__now" }, value, unit, key),
    body,
  );
  return {
    element,
    show(history) {
      element.hidden = about.absent?.(history) ?? false;
      if (element.hidden) return;
      const [shown, its, beside = ""] = about.now(history, last);
      value.textContent = shown;
      unit.textContent = its;
      aside.textContent = beside;
      const lines = about.columns(history);
      if (chart === null) {
        const least = typeof about.least === "function" ? about.least(history) : (about.least ?? 0);
        chart = lineChart({ label: about.title(), unit: about.unit, least, height: 112, at: clock, exact, words });
        body.append(chart.element);
        if (lines.length > 1) key.replaceChildren(legend(lines.map(([name]) => name)));
      }
      const { times, columns } = thin(history.times, lines.map(([, column]) => column));
      chart.show({ times, series: lines.map(([name], place) => ({ name, values: columns[place] })) });
    },
  };
}

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const clock = (time) => new Date(time * 1000).toLocaleTimeString("zh", HOUR);
const exact = (time) => new Date(time * 1000).toLocaleTimeString("zh", { ...HOUR, second: "2-digit" });
