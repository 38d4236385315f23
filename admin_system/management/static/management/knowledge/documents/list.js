// The table of documents: a page of it, kept up while something moves, with what is chosen in it.

import { call } from "../../base/api.js";
import { h } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { _ } from "../../base/words.js";
import { follow } from "../follow.js";
import { GROUPS, isMoving } from "../states.js";
import { documentRow } from "./row.js";

const PAGE = 50;
const HEADS = () => [
  ["c-box", ""], ["c-title", _("Title")], ["c-topic", _("Topic")], ["c-state", _("State")], ["r c-passages", _("Passages")],
  ["r c-size", _("Size")], ["r c-day", _("Added")], ["c-acts", ""],
];

/** `wanted()` → {group, topic, search}; `heard(answer)` hears every answer; `on` as `documentRow`. */
export function makeList(wanted, heard, on) {
  const body = h("tbody");
  const all = h("input", { type: "checkbox", "aria-label": _("Choose all shown") });
  const heads = HEADS().map(([look, word]) => h("th", { class: look, scope: "col" }, look === "c-box" ? all : word));
  const table = h("table", { class: "list docs" }, h("thead", {}, h("tr", {}, heads)), body);
  const faults = h("div", { class: "body" });
  const empty = h("p", { class: "empty", hidden: true });
  const back = h("button", { class: "btn s", type: "button", onclick: () => turn(-1) }, _("Newer"));
  const on_ = h("button", { class: "btn s", type: "button", onclick: () => turn(1) }, _("Older"));
  const pager = h("nav", { class: "row pager", "aria-label": _("Pages"), hidden: true }, back, on_);
  const chosen = new Set();
  const drawn = new Map(); // id → the JSON that its row shows, and the row
  let cursors = [""];
  let next = null;

  async function ask() {
    const { group, topic, search } = wanted();
    const states = GROUPS.find(({ name }) => name === group).states.join(",");
    const query = new URLSearchParams({ topic, search, state: states, limit: PAGE, cursor: cursors.at(-1) });
    const shown = String(query);
    let answer;
    try {
      answer = await call("GET", `/api/documents?${query}`);
      faults.replaceChildren();
    } catch (error) {
      faults.replaceChildren(faultCard(error));
      throw error;
    }
    const now = wanted();
    if (now.group !== group || now.topic !== topic || now.search !== search || shown !== String(query)) return true;
    next = answer.next_cursor;
    draw(answer.data);
    heard(answer);
    return Object.keys(answer.states).some((state) => isMoving({ state }));
  }

  function draw(documents) {
    const kept = new Set(documents.map(({ id }) => id));
    for (const id of drawn.keys()) {
      if (kept.has(id)) continue;
      drawn.get(id).row.remove();
      drawn.delete(id);
      if (chosen.delete(id)) on.selected(chosen);
    }
    documents.forEach((document, place) => {
      const json = JSON.stringify(document);
      const known = drawn.get(document.id);
      let row = known?.row;
      if (known?.json !== json) {
        row = documentRow(document, chosen.has(document.id), handlers);
        if (known) replace(known.row, row);
        drawn.set(document.id, { json, row });
      }
      if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
    });
    const { group, topic, search } = wanted();
    const narrowed = group !== "all" || topic !== "" || search !== "";
    empty.hidden = documents.length > 0;
    empty.textContent = narrowed
      ? _("No document fits. Choose another state or topic, or search for other words.")
      : _("Documents that you add appear here, with how far the work on them is. Drop the first files above.");
    table.hidden = documents.length === 0;
    pager.hidden = cursors.length === 1 && next === null;
    back.disabled = cursors.length === 1;
    on_.disabled = next === null;
    markAll();
  }

  /** Focus stays on the same button of the new row. */
  function replace(former, row) {
    const held = document.activeElement;
    const label = former.contains(held) ? held.getAttribute("aria-label") ?? held.textContent : null;
    former.replaceWith(row);
    if (label === null) return;
    const same = [...row.querySelectorAll("a, button, input")].find((one) => (one.getAttribute("aria-label") ?? one.textContent) === label);
    (same ?? row.querySelector("a")).focus();
  }

  function markAll() {
    all.checked = drawn.size > 0 && chosen.size === drawn.size;
    all.indeterminate = chosen.size > 0 && chosen.size < drawn.size;
  }

  function choose(ids, checked) {
    for (const id of ids) checked ? chosen.add(id) : chosen.delete(id);
    markAll();
    on.selected(chosen);
  }

  function chooseAll(checked) {
    for (const { row } of drawn.values()) row.querySelector("input[type=checkbox]").checked = checked;
    choose(drawn.keys(), checked);
  }

  function turn(step) {
    if (step > 0) cursors.push(next);
    else cursors.pop();
    chooseAll(false);
    watch.wake();
  }

  all.addEventListener("change", () => chooseAll(all.checked));
  const handlers = { ...on, chosen: (id, checked) => choose([id], checked) };
  const watch = follow(ask);
  return {
    element: h("div", {}, faults, h("div", { class: "tw" }, table), empty, pager),
    refresh: watch.wake,
    restart: () => {
      cursors = [""];
      chooseAll(false);
      watch.wake();
    },
    clear: () => chooseAll(false),
    stateOf: (id) => JSON.parse(drawn.get(id).json),
  };
}
