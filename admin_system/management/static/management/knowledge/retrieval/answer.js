// The answer that was written from the passages, with its [n] as links to them.

import { h } from "../../base/element.js";
import { _ } from "../../base/words.js";
import { pageOf } from "../facts.js";

export function answerCard({ answer, annotations }) {
  const signs = [...answer];
  const parts = [];
  let at = 0;
  for (const { url_citation: cited, passage } of annotations) {
    parts.push(signs.slice(at, cited.start_index).join(""));
    const text = signs.slice(cited.start_index, cited.end_index).join("");
    parts.push(h("a", { class: "cite", href: pageOf("passage", passage.id), title: cited.title }, text));
    at = cited.end_index;
  }
  parts.push(signs.slice(at).join(""));
  return h(
    "section",
    { class: "card" },
    h("header", {}, h("h2", {}, _("Answer"))),
    h("div", { class: "body" }, h("p", { class: "answer-text" }, parts)),
  );
}
