// One passage that was found: its text, its three scores, and how surely it answers.

import { h } from "../../base/element.js";
import { _, figure } from "../../base/words.js";
import { pageOf } from "../facts.js";
import { placeOf } from "../places.js";
import { marked } from "./marked.js";

const ENOUGH = 0.5; // the certainty from which on a passage may answer

/** `most` is the highest fused score of the list; `keep`, if given, puts the passage into a set. */
export function hitRow(hit, rank, most, keep) {
  const { explanation: why, scores } = hit;
  const where = placeOf({ ...hit, page_unit: why.page_unit });
  const sure = hit.certainty >= ENOUGH;
  return h(
    "article",
    { class: "hit", "aria-label": _("Place {rank}: {title}", { rank, title: hit.title }), dataset: { id: hit.id } },
    h("span", { class: "rk num" }, figure(rank)),
    h(
      "div",
      { class: "hit__words" },
      h("div", { class: "row hit__head" }, h("a", { class: "hit__title", href: pageOf("passage", hit.id) }, hit.title), h("span", { class: "where" }, where)),
      marked(hit.content, why.marks),
      h(
        "div",
        { class: "row small hit__foot" },
        h("span", { class: `tag ${sure ? "ok" : "off"}` }, sure ? _("Answers, certainty {share}%", { share: percent(hit.certainty) }) : _("Too unsure to answer, certainty {share}%", { share: percent(hit.certainty) })),
        h("span", { class: "dim" }, hit.topic),
        keep && h("button", { class: "btn s quiet", type: "button", onclick: () => keep(hit) }, _("Save to a question set")),
      ),
    ),
    h(
      "div",
      { class: "score" },
      bar(_("Fused"), "c1", why.fused / most, figure(why.fused, 4)),
      bar(_("Vector"), "c2", scores.vector, told(scores.vector, why.ranks.vector)),
      bar(_("Keyword"), "c3", scores.keyword, told(scores.keyword, why.ranks.keyword)),
    ),
  );
}

function bar(word, look, share, text) {
  const off = share === null ? "off" : "";
  return [
    h("span", { class: off }, word),
    h("div", { class: `bar ${off}` }, h("i", { class: look, style: { width: `${100 * Math.min(1, share ?? 0)}%` } })),
    h("span", { class: `num ${off}` }, text),
  ];
}

/** A score with its rank in that leg; a leg that did not bring the passage has a score alone. */
function told(score, rank) {
  if (score === null) return "–";
  return rank === null ? figure(score, 2) : `${figure(score, 2)} · #${rank}`;
}

const percent = (share) => Math.round(100 * share);
