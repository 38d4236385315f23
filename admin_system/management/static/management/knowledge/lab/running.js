// A measurement that runs: its progress, a way to call it off, what came of it.

import { h } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { _, figure } from "../../base/words.js";
import { cancelJob, isOpen, watchJob } from "../jobs.js";

/** `ended(job)` is called once when it is over. */
export function runningLine(first, ended) {
  const element = h("div", { class: "stack", role: "status" });

  function draw(job) {
    if (isOpen(job)) {
      const percent = Math.round(100 * job.progress);
      const word = job.state === "running" ? _("Asking the questions") : _("Queued");
      element.replaceChildren(
        h(
          "div",
          { class: "going" },
          h("div", { class: "row small" }, h("span", { class: "grow" }, word), h("span", { class: "num dim" }, `${percent}%`), h("button", { class: "btn s", type: "button", onclick: () => cancelJob(job.id).catch(() => {}) }, _("Stop"))),
          h("div", { class: "bar", role: "progressbar", "aria-label": word, "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100 }, h("i", { style: { width: `${percent}%` } })),
        ),
      );
      return;
    }
    element.replaceChildren(...outcome(job));
    ended(job);
  }
  draw(first);
  watchJob(first.id, draw, (error) => element.replaceChildren(faultCard(error)));
  return element;
}

function outcome(job) {
  if (job.state === "cancelled") return [h("p", { class: "small dim" }, _("Stopped; no figures were kept."))];
  if (job.error !== null) return [faultCard(job.error)];
  return (job.result.falls ?? []).map(({ figure: name, value, least }) =>
    h("p", { class: "why why--bad" }, _("{name} fell to {value}; it was to reach {least}.", { name, value: figure(value, 3), least: figure(least, 3) })),
  );
}
