// The figures of a run as a table: each leg, and what changed since the run before it.

import { h } from "../../base/element.js";
import { _, figure } from "../../base/words.js";

const LEGS = () => [["hybrid", _("Fused")], ["vector", _("Vector")], ["keyword", _("Keyword")]];
export const FIGURES = ["hit@1", "hit@5", "mrr", "ndcg@10"];
const NAMES = { "hit@1": "hit@1", "hit@5": "hit@5", mrr: "MRR", "ndcg@10": "nDCG@10" };
const NOTICED = 0.0005;

/** `former` is the run before it of the same set and topic, or null. */
export function figureTable(run, former) {
  const legs = LEGS().filter(([leg]) => leg in run.figures);
  return h(
    "div",
    { class: "tw", tabindex: 0, role: "region", "aria-label": _("Figures") },
    h(
      "table",
      { class: "list lab-figures" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, _("Ranking")), FIGURES.map((name) => h("th", { scope: "col", class: "r" }, NAMES[name])), h("th", { scope: "col", class: "r" }, _("Median time")))),
      h(
        "tbody",
        {},
        legs.map(([leg, word]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, word),
            FIGURES.map((name) => h("td", { class: "r" }, figure(run.figures[leg][name], 3), change(run, former, leg, name))),
            h("td", { class: "r dim" }, `${figure(run.figures[leg].p50_ms, 1)}\u00a0ms`),
          ),
        ),
      ),
    ),
  );
}

function change(run, former, leg, name) {
  const before = former?.figures[leg]?.[name];
  const moved = before === undefined ? 0 : run.figures[leg][name] - before;
  if (Math.abs(moved) < NOTICED) return null;
  const up = moved > 0;
  return h("small", { class: `change ${up ? "change--up" : "change--down"}` }, `${up ? "+" : "−"}${figure(Math.abs(moved), 3)}`);
}

/** How many questions are answered, and how many foreign ones refused. */
export function answersLine({ figures: { answers } }) {
  if (answers === undefined) return null;
  const parts = [_("Answered: {share}% of its own questions", { share: figure(100 * answers.answered, 1) })];
  if ("refused" in answers) {
    parts.push(_("refused: {share}% of {count} foreign ones", { share: figure(100 * answers.refused, 1), count: figure(answers.foreign) }));
  }
  return h("p", { class: "small dim" }, parts.join(" · "));
}
