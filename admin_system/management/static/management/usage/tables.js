// Usage by model and by caller, the largest first.

import { h } from "../base/element.js";
import { _, figure } from "../base/words.js";

const OTHERS = { local: () => _("This machine"), anonymous: () => _("Without a key"), knowledge: () => _("The knowledge base") };

/** `name(line)` → what stands in the first column. */
export function usageTable(title, head, lines, name, download) {
  const most = Math.max(1, ...lines.map((line) => line.total_tokens));
  const columns = [head, _("Requests"), _("Tokens"), _("Pictures"), _("Errors")];
  const row = (line) =>
    h(
      "tr",
      {},
      h("td", {}, name(line), h("span", { class: "share", style: { width: `${(100 * line.total_tokens) / most}%` }, "aria-hidden": "true" })),
      [line.requests, line.total_tokens, line.pictures, line.errors].map((count) => h("td", { class: "r" }, figure(count))),
    );
  const table = h(
    "table",
    { class: "list" },
    h("thead", {}, h("tr", {}, columns.map((word, index) => h("th", { scope: "col", class: index ? "r" : false }, word)))),
    h("tbody", {}, lines.map(row)),
  );
  return h(
    "section",
    { class: "card" },
    h("header", {}, h("h2", { class: "grow" }, title), h("a", { class: "btn s quiet", href: download, download: true }, _("CSV"))),
    lines.length
      ? h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": title }, table)
      : h("p", { class: "empty" }, _("Nothing in this period.")),
  );
}

/** Whoever has no name of their own: the machine, strangers, and keys and users that are gone. */
export function nameCaller({ caller, name }) {
  if (name) return caller.startsWith("key:") ? _("Key {name}", { name }) : name;
  if (caller in OTHERS) return OTHERS[caller]();
  if (caller.startsWith("key:")) return _("Removed key {number}", { number: caller.slice(4) });
  if (caller.startsWith("user:")) return _("Removed user {number}", { number: caller.slice(5) });
  return caller;
}
