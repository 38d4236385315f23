// The passages of a document in their order, fifty at a time.

import { call } from "../../base/api.js";
import { h } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { _ } from "../../base/words.js";
import { pageOf } from "../facts.js";
import { passageCard } from "../passage_card.js";
import { placeOf } from "../places.js";

/** → {element, load}: `load` begins anew, unless somebody is writing in one of them. */
export function passageList(document_, mayChange) {
  const list = h("div", { class: "stack" });
  const more = h("button", { class: "btn", type: "button", hidden: true, onclick: () => read() }, _("Show more"));
  const element = h("section", { class: "stack", "aria-label": _("Passages") }, list, more);
  let cursor = "";

  async function read() {
    more.disabled = true;
    try {
      const page = await call("GET", `/api/passages?${new URLSearchParams({ document: document_, cursor })}`);
      if (cursor === "") list.replaceChildren();
      list.append(...page.data.map(card));
      if (list.childElementCount === 0) list.append(h("p", { class: "empty" }, _("No passages yet. They appear when the document is ready.")));
      cursor = page.next_cursor;
      more.hidden = cursor === null;
    } catch (error) {
      list.append(faultCard(error));
    }
    more.disabled = false;
  }

  function card(passage) {
    const place = placeOf(passage) || _("Passage {id}", { id: passage.id });
    const title = h("a", { class: "lnk", href: pageOf("passage", passage.id) }, place);
    return passageCard(passage, { mayChange, title }).element;
  }

  return {
    element,
    load: () => {
      if (element.querySelector("textarea") !== null) return;
      cursor = "";
      read();
    },
  };
}
