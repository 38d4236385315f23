// Where a passage stands in its document: "p. 47 · 4.3 Bearing temperature".

import { _, plural } from "../base/words.js";

export function pageWord(unit, number) {
  return {
    slide: _("slide {number}", { number }),
    sheet: _("sheet {number}", { number }),
    chapter: _("chapter {number}", { number }),
  }[unit] ?? _("p. {number}", { number });
}

/** How long a document is, in its own unit. */
export function extentOf(unit, count) {
  return {
    slide: plural("{count} slide", "{count} slides", count),
    sheet: plural("{count} sheet", "{count} sheets", count),
    chapter: plural("{count} chapter", "{count} chapters", count),
  }[unit] ?? plural("{count} page", "{count} pages", count);
}

export function placeOf({ page, headings, page_unit: unit }) {
  const parts = page === null || page === undefined ? [] : [pageWord(unit, page)];
  return [...parts, ...(headings ?? [])].join(" · ");
}
