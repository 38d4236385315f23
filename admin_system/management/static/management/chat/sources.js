// [n] in an answer and the row that closes it: each opens the passage that it rests on.

import { h } from "../base/element.js";
import { _ } from "../base/words.js";

/** → `[{number, title, passage, place}]`, one for each number, by the citations of a message. */
export function sourcesOf({ content, annotations }) {
  const letters = annotations.length > 0 ? [...content] : []; // positions count characters, not UTF-16
  const sources = new Map();
  for (const { url_citation: cited, passage } of annotations) {
    const number = Number(letters.slice(cited.start_index + 1, cited.end_index - 1).join(""));
    const source = sources.get(number) ?? { number, title: cited.title, passage, places: [] };
    source.places.push(letters.slice(0, cited.start_index).join(""));
    sources.set(number, source);
  }
  return [...sources.values()].sort((one, other) => one.number - other.number);
}

/** Stands for [n] while nobody knows yet where it leads. */
export function citeChip(number) {
  return h("button", { class: "cite", type: "button", disabled: true, dataset: { number }, "aria-expanded": "false", "aria-label": _("Source {number}", { number }) }, String(number));
}

/** Chips that lead somewhere open it; the others become the text that they were → those that are left. */
export function linkChips(chips, sources, open) {
  const known = new Set(sources.map(({ number }) => number));
  return chips.filter((chip) => {
    const number = Number(chip.dataset.number);
    if (!known.has(number)) chip.replaceWith(`[${number}]`);
    else if (chip.disabled) {
      chip.disabled = false;
      chip.addEventListener("click", () => open(number));
    }
    return known.has(number);
  });
}

export function sourceRow(sources, open) {
  const rows = sources.map(({ number, title }) =>
    h(
      "button",
      { class: "src", type: "button", dataset: { number }, "aria-expanded": "false", onclick: () => open(number) },
      h("span", { class: "cite", "aria-hidden": "true" }, String(number)),
      h("span", { class: "cut" }, title),
    ),
  );
  return h("div", { class: "srcs", role: "group", "aria-label": _("Sources") }, rows);
}

/** Where in a document a passage stands: its page and its headings. */
export function placeOf({ page, last_page: last, page_unit: unit, headings }) {
  const range = last && last !== page ? `${page}–${last}` : `${page}`;
  const pages = { page: _("Page {range}", { range }), slide: _("Slide {range}", { range }), sheet: _("Sheet {range}", { range }), chapter: _("Chapter {range}", { range }) };
  return [page ? (pages[unit] ?? pages.page) : "", headings.join(" › ")].filter(Boolean).join(" · ");
}
