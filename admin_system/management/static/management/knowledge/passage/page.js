// The page of a passage: its text between its neighbours, and the way to the next.

import { call } from "../../base/api.js";
import { h, icon } from "../../base/element.js";
import { _ } from "../../base/words.js";
import { facts, need, pageOf, show } from "../facts.js";
import { passageCard } from "../passage_card.js";
import { placeOf } from "../places.js";

const passage = await need(call("GET", `/api/passages/${facts.passage}`));
const [before, after] = await need(
  Promise.all([passage.previous, passage.next].map((id) => (id === null ? null : call("GET", `/api/passages/${id}`)))),
);

function neighbour(one, word, key) {
  if (one === null) return h("p", { class: "edge dim small" }, key === "previous" ? _("The document begins here.") : _("The document ends here."));
  return h(
    "a",
    { class: "passage passage--beside", href: pageOf("passage", one.id), rel: key === "previous" ? "prev" : "next" },
    h("span", { class: "row where" }, h("span", { class: "grow" }, placeOf(one)), word, icon(key === "previous" ? "up" : "down", "i-s")),
    h("span", { class: "passage__text" }, one.content),
  );
}

show(
  h(
    "div",
    { class: "page-h" },
    h("div", { class: "grow" }, h("p", {}, h("a", { class: "lnk", href: pageOf("document", passage.document) }, passage.title), ` · ${passage.topic}`)),
  ),
  h(
    "div",
    { class: "stack between" },
    neighbour(before, _("Before"), "previous"),
    passageCard(passage, { mayChange: facts.mayChange }).element,
    neighbour(after, _("After"), "next"),
  ),
);
