// Memory as bars: what a model takes or would take, and what each device holds now.

import { h } from "../base/element.js";
import { _ } from "../base/words.js";
import { bytes } from "../service/amounts.js";

const PARTS = [
  ["weights", "m1", () => _("Weights")],
  ["cache", "m2", () => _("KV cache")],
  ["pictures", "m3", () => _("Pictures and prompts")],
  ["runtime", "m4", () => _("Runtime")],
];

/** The row's bar: solid where the model is loaded, hatched where it is an estimate. */
export function needBar(forecast, loaded) {
  return h("div", { class: "meter" }, forecast.devices.map((device) => deviceBar(device, loaded, forecast.devices.length > 1)));
}

function deviceBar(device, loaded, several) {
  const words = loaded ? _("Memory in use, estimated") : _("Estimated need · {free} free", { free: bytes(device.free) });
  const where = several ? `${deviceName(device)} · ` : "";
  const short = !loaded && device.missing > 0;
  const whole = Math.max(device.total, device.needed);
  const width = (count) => ({ width: `${(100 * count) / whole}%` });
  const inside = Math.min(device.needed, device.total);
  const segments = loaded
    ? PARTS.map(([name, look]) => h("i", { class: look, style: width(device[name]) }))
    : [h("i", { class: short ? "mx" : "mh", style: width(inside) }), device.needed > device.total && h("i", { class: "mx", style: width(device.needed - device.total) })];
  return h(
    "div",
    { class: "meter" },
    h("div", { class: "row small" }, h("span", { class: "grow dim" }, where + words), h("span", { class: "num mid" }, bytes(device.needed))),
    h("div", { class: "bar need", role: "img", "aria-label": describe(device) }, segments),
    short && shortage(device),
  );
}

function shortage(device) {
  const never = device.needed > device.total;
  const text = never
    ? _("{missing} more than {device} has", { missing: bytes(device.needed - device.total), device: deviceName(device) })
    : _("{missing} short: unload a model or close programs first", { missing: bytes(device.missing) });
  return h("p", { class: `tiny ${never ? "never" : "short"}` }, text);
}

/** Its parts in words, for those who do not see the bar. */
function describe(device) {
  return PARTS.map(([name, , word]) => `${word()} ${bytes(device[name])}`).join(", ");
}

export function deviceName(device) {
  return device.name ?? (device.device === "cpu" ? _("Main memory") : device.device);
}

/**
 * A card for one device; `serving` and `coming` are the forecasts of what is loaded and what is
 * loading there, or null; `cache` are the bytes that the engine itself tells, or null.
 */
export function deviceCard({ name, details, total, used }, serving, coming, cache) {
  const parts = serving === null ? [] : [
    ["m1", _("Weights"), serving.weights],
    ["m2", _("KV cache"), cache?.prefix ?? serving.cache],
    ["m3", _("Pictures"), cache?.pictures ?? 0],
  ];
  const ours = parts.reduce((sum, [, , count]) => sum + count, 0);
  parts.push(["m4", _("Other"), Math.max(0, used - ours)]);
  if (coming !== null) parts.push(["mh", _("Loading"), coming.needed]);
  const taken = parts.reduce((sum, [, , count]) => sum + count, 0);
  const free = Math.max(0, total - taken);
  const width = (count) => ({ width: `${(100 * count) / Math.max(total, taken)}%` });
  const label = parts.map(([, word, count]) => `${word} ${bytes(count)}`).join(", ");
  return h(
    "section",
    { class: "card", "aria-label": name },
    h("header", {}, h("h2", {}, name), h("span", { class: "dim small num" }, details), h("span", { class: "grow" }), h("span", { class: "num mid" }, `${bytes(used)} / ${bytes(total)}`)),
    h(
      "div",
      { class: "body" },
      h("div", { class: "mem", role: "img", "aria-label": label }, parts.map(([look, , count]) => h("i", { class: look, style: width(count) }))),
      h(
        "div",
        { class: "legend" },
        [...parts, ["m0", _("Free"), free]].map(([look, word, count]) => h("span", {}, h("i", { class: `sq ${look}` }), word, " ", h("span", { class: "num dim" }, bytes(count)))),
      ),
    ),
  );
}
