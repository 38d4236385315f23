// What is wrong at this moment, above everything else; nothing is there when nothing is wrong.

import { call } from "../base/api.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";
import { poll } from "./poll.js";

const EVERY = 10000;

export function showAlerts(place) {
  const all = _("Nothing is wrong at this moment.");
  poll(() => call("GET", "/api/alerts"), ({ data }) => {
    const said = JSON.stringify(data);
    if (place.dataset.said === said) return;
    place.dataset.said = said;
    if (data.length) place.replaceChildren(h("div", { class: "alerts", role: "alert" }, data.map(banner)));
    else place.replaceChildren(...("empty" in place.dataset ? [h("p", { class: "mid row" }, icon("ok"), all)] : []));
  }, { every: EVERY, fail: (error) => place.replaceChildren(faultCard(error)) });
}

function banner({ tone, message, link }) {
  return h(
    "div",
    { class: `banner ${tone === "bad" ? "bad" : ""}` },
    icon(tone === "bad" ? "bad" : "warn"),
    h("span", { class: "grow" }, message),
    link && link !== location.pathname && h("a", { href: link }, _("Have a look")),
  );
}
