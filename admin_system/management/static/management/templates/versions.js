// The texts that a template has had, the newest first.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _, moment } from "../base/words.js";
import { mayChange } from "./facts.js";

/** `restore(number)` makes a former text the newest. */
export function makeVersions(row, restore) {
  const list = h("div", {});
  const fill = async () => {
    try {
      const { data } = await call("GET", `/api/templates/${row.slug}/versions`);
      list.replaceChildren(...data.map((one) => entry(one, one.number === row.version, restore)));
    } catch (error) {
      list.replaceChildren(h("div", { class: "tpl-form" }, faultCard(error)));
    }
  };
  fill();
  return h("section", { class: "card", "aria-label": _("Versions") }, h("header", {}, h("h2", {}, _("Versions"))), list);
}

function entry(one, isCurrent, restore) {
  const text = h("pre", { hidden: true, tabindex: "0" }, one.text);
  const show = h("button", { class: "btn s quiet", type: "button", "aria-expanded": "false" }, _("Show the text"));
  show.addEventListener("click", () => {
    text.hidden = !text.hidden;
    show.setAttribute("aria-expanded", String(!text.hidden));
    show.textContent = text.hidden ? _("Show the text") : _("Hide the text");
  });
  return h(
    "div",
    { class: "tpl-version" },
    h("b", { class: "num" }, _("Version {number}", { number: one.number })),
    h("span", { class: "dim small grow" }, `${moment(one.created_at)} · ${one.author}`),
    isCurrent ? h("span", { class: "tag plain acc" }, _("In use")) : null,
    show,
    !isCurrent && mayChange && h("button", { class: "btn s", type: "button", onclick: () => restore(one.number) }, _("Restore")),
    text,
  );
}
