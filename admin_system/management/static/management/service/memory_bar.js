// What the memory of the model's device is used for; of cards that it does not live on, only how full.

import { h } from "../base/element.js";
import { _ } from "../base/words.js";
import { bytes } from "./amounts.js";

/** → a bar for each graphics card, or for main memory where the model lives there. */
export function memoryBars({ model, engine, gpus, system }) {
  const parts = [
    [_("Weights"), model.weight_bytes ?? 0, "m1"],
    [_("KV cache"), engine?.cache_bytes?.prefix ?? 0, "m2"],
    [_("Pictures"), engine?.cache_bytes?.pictures ?? 0, "m3"],
  ];
  const home = model.device?.startsWith("cuda") ? Number(model.device.split(":")[1] ?? 0) : null;
  const bars = gpus.map((gpu) => {
    const name = _("{card} · memory", { card: gpu.name });
    return bar(name, gpu.memory_used, gpu.memory_total, gpu.index === home ? parts : []);
  });
  const onProcessor = model.serving !== null && home === null && model.weight_bytes !== null;
  if (onProcessor || !gpus.length) {
    bars.unshift(bar(_("Main memory"), system.memory.used, system.memory.total, onProcessor ? parts : []));
  }
  return bars;
}

function bar(name, used, total, parts) {
  const known = parts.filter(([, amount]) => amount > 0);
  const others = Math.max(0, used - known.reduce((sum, [, amount]) => sum + amount, 0));
  const rest = known.length ? _("Other") : _("Used");
  const shown = [...known, [rest, others, "m4"]];
  const legend = [...shown, [_("Free"), Math.max(0, total - used), "m0"]];
  const said = legend.map(([word, amount]) => `${word} ${bytes(amount)}`).join(", ");
  const width = (amount) => `${Math.max(0.4, (100 * amount) / total)}%`;
  return h(
    "div",
    { class: "memory" },
    h("div", { class: "row small" }, h("span", { class: "grow cut" }, name), h("span", { class: "num dim" }, `${bytes(used)} / ${bytes(total)}`)),
    h("div", { class: "mem", role: "img", "aria-label": `${name}: ${said}` }, shown.map(([, amount, look]) => h("i", { class: look, style: { width: width(amount) } }))),
    h("div", { class: "legend", "aria-hidden": "true" }, legend.map(([word, amount, look]) =>
      h("span", {}, h("i", { class: `sq ${look}` }), word, h("span", { class: "num dim" }, bytes(amount))))),
  );
}
