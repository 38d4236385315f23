// An error as a card: what happened, what to do about it, the number that finds it in the log.

import { h, icon } from "./element.js";
import { _ } from "./words.js";

/** `deeds` are buttons or links; a code leads to its line of the page on troubleshooting,
 * in a tab of its own: what was typed here stays. */
export function faultCard(error, ...deeds) {
  const help = error.code && h("a", { class: "btn s quiet", href: `/help/troubleshooting/#${error.code}`, target: "_blank", rel: "noopener" }, _("What to do"));
  return h(
    "div",
    { class: "fault-card", role: "alert" },
    icon("bad"),
    h(
      "div",
      { class: "grow stack" },
      h("p", {}, error.message),
      error.requestId && h("p", { class: "tiny dim" }, _("Number for the log: {id}", { id: error.requestId })),
      h("div", { class: "row" }, deeds, help),
    ),
  );
}
