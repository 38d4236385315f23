// ‹ 2 / 3 ›: the other answers to a question, or the other wordings of it.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";

/** → what steps through `siblings`, or null where there is only one; `show(id)` shows another. */
export function siblingSteps({ id, siblings }, disabled, show) {
  if (siblings.length < 2) return null;
  const at = siblings.indexOf(id);
  const step = (to, name, words) =>
    act(name, words, () => show(siblings[to]), { disabled: disabled || siblings[to] === undefined });
  return h(
    "span",
    { class: "steps-of row" },
    step(at - 1, "left", _("Previous version")),
    h("span", { class: "num" }, `${at + 1} / ${siblings.length}`),
    step(at + 1, "right", _("Next version")),
  );
}

/** A button that is only a drawing. */
export const act = (name, words, run, props = {}) =>
  h("button", { class: "btn icon quiet s", type: "button", title: words, "aria-label": words, onclick: run, ...props }, icon(name, "i-s"));
