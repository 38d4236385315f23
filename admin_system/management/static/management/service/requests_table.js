// What the model answers and what waits for it, a row each, with a button that stops it.

import { call } from "../base/api.js";
import { confirm } from "../base/dialog.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toast } from "../base/toast.js";
import { _, figure } from "../base/words.js";
import { seconds } from "./amounts.js";
import { poll } from "./poll.js";

const BUSY = 1000; // milliseconds between two questions while something is answered
const IDLE = 3000;

export function showRequests(place) {
  const rows = new Map(); // id → row
  const body = h("tbody");
  const heads = [[_("What"), ""], [_("State"), ""], ["tokens", "r"], [_("Elapsed"), "r"]];
  const acts = h("th", { scope: "col" }, h("span", { class: "sr" }, _("Stop")));
  const head = h("thead", {}, h("tr", {}, heads.map(([word, look]) => h("th", { scope: "col", class: look }, word)), acts));
  const table = h("table", { class: "list requests" }, head, body);
  const empty = h("p", { class: "mid card-note" }, _("Nothing is being answered."));
  let faulty = null;

  const again = poll(() => call("GET", "/api/requests"), ({ data }) => {
    faulty?.remove();
    place.replaceChildren(...(data.length ? [table] : [empty]), ...(place.querySelectorAll(".fault-card")));
    const open = new Set(data.map((one) => one.id));
    for (const [id, row] of rows) {
      if (!open.has(id)) {
        row.element.remove();
        rows.delete(id);
      }
    }
    for (const one of data) {
      if (!rows.has(one.id)) rows.set(one.id, makeRow(one, stop));
      rows.get(one.id).show(one);
      if (rows.get(one.id).element.parentNode !== body) body.append(rows.get(one.id).element);
    }
    return data.length ? BUSY : IDLE;
  }, { every: IDLE, fail: (error) => place.replaceChildren((faulty = faultCard(error))) });

  async function stop(one, button) {
    const question = _("Stop the request of {who}? What has been generated is sent.", { who: whose(one) });
    if (!one.own && !(await confirm(question, _("Stop")))) return;
    button.disabled = true;
    try {
      await call("DELETE", `/api/requests/${encodeURIComponent(one.id)}`);
      toast(_("The request was stopped."));
    } catch (error) {
      if (error.status !== 404) place.append(faultCard(error)); // 404: it ended by itself
    }
    again();
  }
}

function makeRow(one, stop) {
  const state = h("span", { class: "tag" });
  const tokens = h("td", { class: "r" });
  const time = h("td", { class: "r" });
  const button = h("button", { class: "btn s quiet", type: "button", onclick: () => stop(one, button) }, _("Stop"));
  const words = one.words || purposes()[one.purpose];
  const under = [whose(one), one.words && purposes()[one.purpose], one.model].filter(Boolean).join(" · ");
  const element = h(
    "tr",
    { dataset: { id: one.id } },
    h("td", {}, h("div", { class: "cut" }, words), h("div", { class: "sub cut" }, under)),
    h("td", {}, state),
    tokens,
    time,
    h("td", {}, button),
  );
  return {
    element,
    show(now) {
      const [look, word] = stateOf(now);
      state.className = `tag ${look}`;
      state.textContent = word;
      tokens.textContent = now.tokens ? figure(now.tokens) : "–";
      tokens.classList.toggle("none", !now.tokens);
      time.textContent = seconds(now.seconds);
    },
  };
}

function stateOf({ state, position }) {
  if (state === "waiting") return ["", _("Queue {position}", { position })];
  return state === "generating" ? ["ok run", _("Generating")] : ["acc run", _("Reading")];
}

const purposes = () => ({
  chat: _("Chat"),
  analysis: _("Image analysis"),
  knowledge: _("Answer from documents"),
  document: _("Picture of a document"),
});

function whose({ own, owner }) {
  if (owner?.name) return owner.name;
  if (own) return _("You");
  const kinds = { local: _("This computer"), knowledge: _("Knowledge base"), anonymous: _("A stranger") };
  return kinds[owner?.kind] ?? _("Somebody");
}
