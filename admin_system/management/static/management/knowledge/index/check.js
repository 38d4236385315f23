// What the last check found, as sentences, and the button that puts right what can be.

import { h, icon } from "../../base/element.js";
import { _, moment } from "../../base/words.js";

/** `repair()` begins the repair; null where somebody may not. */
export function checkReport(job, repair) {
  if (job === null) return [];
  const { findings } = job.result;
  const left = findings.filter(({ repaired }) => !repaired);
  const can = left.some(({ repairable }) => repairable);
  return [
    h(
      "section",
      { class: "card" },
      h(
        "header",
        {},
        h("h2", {}, _("Last check")),
        h("span", { class: "dim small" }, moment(job.updated_at)),
        h("span", { class: "grow" }),
        can && repair !== null && h("button", { class: "btn s primary", type: "button", onclick: repair }, _("Repair")),
      ),
      h(
        "div",
        { class: "body stack" },
        findings.length === 0
          ? h("p", { class: "row" }, icon("ok"), _("Rows, vectors, indexes and files say the same."))
          : findings.map(({ message, repaired }) =>
              h("p", { class: `why ${repaired ? "" : "why--bad"}` }, message, " ", h("span", { class: `tag ${repaired ? "ok" : "bad"}` }, repaired ? _("Repaired") : _("Left as it is"))),
            ),
      ),
    ),
  ];
}
