// The templates by kind; one of them is open beside.

import { h } from "../base/element.js";
import { _ } from "../base/words.js";
import { kindOf, kinds, languageOf } from "./facts.js";

const place = document.getElementById("list");
const filter = document.getElementById("kinds");
let chosen = "";

/** `onChoose(row)` when one is opened. */
export function showList(rows, current, onChoose) {
  const choices = [{ value: "", word: _("All") }, ...kinds];
  filter.replaceChildren(
    ...choices.map(({ value, word }) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(value === chosen),
          onclick: () => {
            chosen = value;
            showList(rows, current, onChoose);
            filter.querySelector('[aria-pressed="true"]').focus();
          },
        },
        word,
      ),
    ),
  );
  const shown = rows.filter((row) => chosen === "" || row.kind === chosen);
  place.replaceChildren(
    shown.length === 0
      ? h("p", { class: "tpl-empty" }, _("No templates here yet. Without one, questions are put as the model's family words them."))
      : h("div", { class: "tpl-rows" }, shown.map((row) => entry(row, row.slug === current, onChoose))),
  );
}

function entry(row, isCurrent, onChoose) {
  return h(
    "button",
    { type: "button", class: "tpl-row", "aria-current": String(isCurrent), onclick: () => onChoose(row) },
    h(
      "span",
      { class: "row" },
      h("b", {}, row.name),
      h("span", { class: "tag plain" }, kindOf(row.kind).word),
      h("span", { class: "tag plain" }, languageOf(row.language).word),
      row.is_default && h("span", { class: "tag plain acc" }, _("Default")),
    ),
    h("code", {}, row.slug),
  );
}
