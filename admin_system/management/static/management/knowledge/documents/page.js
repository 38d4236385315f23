// The page of all documents: adding, finding, and what is done to one or several of them.

import { call } from "../../base/api.js";
import { confirm } from "../../base/dialog.js";
import { h, icon } from "../../base/element.js";
import { toast } from "../../base/toast.js";
import { _, plural } from "../../base/words.js";
import { facts, need, show } from "../facts.js";
import { field, formDialog } from "../form_dialog.js";
import { may } from "../states.js";
import { moveDocument, readTopics, topicSelect } from "../topics.js";
import { addingZone } from "./adding.js";
import { makeFilters } from "./filters.js";
import { makeList } from "./list.js";

const topics = await need(readTopics());
const asked = new URLSearchParams(location.search);
const filters = makeFilters(topics, { topic: asked.get("topic") ?? "", group: asked.get("state") ?? "all" }, () => list.restart());
const adding = facts.mayChange ? addingZone(() => filters.wanted.topic, () => list.refresh()) : null;
const about = h("p", {}, _("The same file is kept once in a topic."));
const bar = h("div", { class: "row chosen-bar", hidden: true });
const state = h("span", { class: "row small dim" });
const list = makeList(() => filters.wanted, hear, { deed, rename, move, remove, selected });

let counted = null;
function hear({ states }) {
  filters.count(states);
  const now = JSON.stringify(states);
  if (now !== counted) tellIndex(state).catch(() => {}); // what became ready has passages
  counted = now;
}

async function tellRefusals(ids, act) {
  const refused = [];
  for (const id of ids) {
    try {
      await act(id);
    } catch (error) {
      refused.push(error);
    }
  }
  list.refresh();
  if (refused.length === 0) return true;
  await formDialog(
    plural("{count} document stayed as it was", "{count} documents stayed as they were", refused.length),
    h("ul", { class: "stack" }, [...new Set(refused.map(({ message }) => message))].map((message) => h("li", {}, message))),
    _("Close"),
    async () => true,
  );
  return false;
}

async function deed(document, name) {
  await tellRefusals([document.id], (id) => call("POST", `/api/documents/${id}/${name}`));
}

async function retryChosen(ids) {
  const possible = ids.filter((id) => may("retry", list.stateOf(id)));
  if (await tellRefusals(possible, (id) => call("POST", `/api/documents/${id}/retry`))) {
    toast(plural("{count} document is worked on again.", "{count} documents are worked on again.", possible.length));
  }
  list.clear();
}

async function rename(document) {
  const title = h("input", { class: "input", value: document.title, required: true, maxlength: 300 });
  await formDialog(_("Rename the document"), field(_("Title"), title), _("Rename"), () =>
    call("PATCH", `/api/documents/${document.id}`, { json: { title: title.value.trim() } }),
  );
  list.refresh();
}

async function move(ids) {
  const select = topicSelect(await readTopics(), filters.wanted.topic, null);
  const topic = await formDialog(
    plural("Move {count} document", "Move {count} documents", ids.length),
    field(_("Topic"), select),
    _("Move"),
    async () => select.value,
  );
  if (!topic) return;
  if (await tellRefusals(ids, (id) => moveDocument(id, topic))) toast(_("Moved to {topic}.", { topic }));
  list.clear();
}

async function remove(ids) {
  const question = ids.length === 1
    ? _("Delete “{title}” and its passages? This cannot be undone.", { title: list.stateOf(ids[0]).title })
    : plural("Delete {count} document and its passages? This cannot be undone.", "Delete {count} documents and their passages? This cannot be undone.", ids.length);
  if (!(await confirm(question, _("Delete")))) return;
  await tellRefusals(ids, (id) => call("DELETE", `/api/documents/${id}`));
  list.clear();
}

function selected(ids) {
  bar.hidden = ids.size === 0;
  const again = [...ids].some((id) => may("retry", list.stateOf(id)));
  bar.replaceChildren(
    h("span", { class: "grow" }, plural("{count} chosen", "{count} chosen", ids.size)),
    h("button", { class: "btn s", type: "button", onclick: () => move([...ids]) }, _("Move to a topic")),
    h("button", { class: "btn s", type: "button", disabled: !again, onclick: () => retryChosen([...ids]) }, _("Try again")),
    h("button", { class: "btn s danger", type: "button", onclick: () => remove([...ids]) }, _("Delete")),
  );
}

async function tellIndex(place) {
  const { knowledge_base: state } = await call("GET", "/api/status");
  const named = state.index.model === null ? h("span", { class: "tag off" }, _("Keywords only")) : h("span", { class: "tag ok" }, _("Index in use"));
  place.replaceChildren(named, h("span", { class: "num" }, plural("{count} passage", "{count} passages", state.passages)));
}

show(
  h(
    "div",
    { class: "page-h" },
    h("div", { class: "grow" }, about),
    state,
    h("a", { class: "btn", href: facts.index }, icon("layers"), _("Index")),
    facts.mayChange && h("button", { class: "btn primary", type: "button", onclick: () => adding.choose() }, icon("upload"), _("Upload documents")),
  ),
  adding?.element ?? "",
  h("section", { class: "card list-card" }, filters.element, bar, list.element),
);
