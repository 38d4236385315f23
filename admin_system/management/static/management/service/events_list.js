// What happened to the service, newest first.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _, moment } from "../base/words.js";
import { poll } from "./poll.js";

const EVERY = 10000;
const DAY = 24 * 3600 * 1000;

/** `data-limit` of the place says how many; with `data-all` older ones can be asked for. */
export function showEvents(place) {
  const list = h("ul", { class: "events" });
  const more = h("button", { class: "btn s", type: "button", hidden: true }, _("Show earlier ones"));
  const limit = place.dataset.limit;
  let cursor = null;
  let reached = 0; // pages that were asked for beside the first

  poll(() => call("GET", `/api/events?limit=${limit}`), (page) => {
    if (!list.isConnected) place.replaceChildren(list, more);
    const known = new Set([...list.children].map((entry) => entry.dataset.id));
    list.querySelector(".mid")?.remove();
    list.prepend(...page.data.filter((one) => !known.has(String(one.id))).map(entry));
    if (!("all" in place.dataset)) [...list.children].slice(limit).forEach((old) => old.remove());
    if (!list.childElementCount) list.append(h("li", { class: "mid" }, _("Nothing has happened yet.")));
    if (!reached) cursor = page.next_cursor;
    more.hidden = !("all" in place.dataset) || cursor === null;
  }, { every: EVERY, fail: (error) => place.replaceChildren(faultCard(error)) });

  more.addEventListener("click", async () => {
    more.disabled = true;
    try {
      const page = await call("GET", `/api/events?limit=${limit}&cursor=${encodeURIComponent(cursor)}`);
      reached += 1;
      cursor = page.next_cursor;
      list.append(...page.data.map(entry));
      more.hidden = cursor === null;
    } catch (error) {
      list.after(faultCard(error));
    } finally {
      more.disabled = false;
    }
  });
}

function entry({ id, at, message, tone }) {
  const old = Date.now() - new Date(at) > DAY;
  const shown = moment(at, old ? { month: "numeric", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return h(
    "li",
    { dataset: { id } },
    h("time", { datetime: at, title: moment(at, { dateStyle: "medium", timeStyle: "medium" }) }, shown),
    h("span", { class: `event event--${tone}` }, message),
  );
}
