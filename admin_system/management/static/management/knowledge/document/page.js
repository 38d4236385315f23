// The page of a document: how far the work on it is, what it is, and the passages made of it.

import { call } from "../../base/api.js";
import { confirm } from "../../base/dialog.js";
import { h, icon } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { _, figure, moment } from "../../base/words.js";
import { deedButtons, reason, stateCell } from "../documents/row.js";
import { facts, need, show } from "../facts.js";
import { follow } from "../follow.js";
import { field, formDialog } from "../form_dialog.js";
import { extentOf } from "../places.js";
import { bytes } from "../sizes.js";
import { isMoving } from "../states.js";
import { moveDocument, readTopics, topicSelect } from "../topics.js";
import { passageList } from "./passages.js";
import { editText } from "./text.js";

const path = `/api/documents/${facts.document}`;
const head = h("section", { class: "card doc-head" });
const faults = h("div");
const passages = passageList(facts.document, facts.mayChange);
let document_ = await need(call("GET", path));
let passagesOf = null; // the content whose passages are shown

show(head, faults, passages.element);
const watch = follow(async () => {
  try {
    document_ = await call("GET", path);
  } catch (error) {
    if (error.status !== 404) throw error;
    location.assign(facts.list);
    return false;
  }
  draw();
  return isMoving(document_);
});

function draw() {
  const held = document.activeElement?.getAttribute("aria-label");
  head.replaceChildren(
    h(
      "div",
      { class: "row doc-head__top" },
      h("span", { class: "grow doc-head__state" }, stateCell(document_)),
      facts.mayChange && deedButtons(document_, deed),
      facts.mayChange && h("button", { class: "btn s", type: "button", onclick: rename }, icon("edit"), _("Rename")),
      facts.mayChange && document_.text_url && h("button", { class: "btn s", type: "button", onclick: write }, icon("edit"), _("Edit text")),
      facts.mayChange && h("button", { class: "btn s", type: "button", onclick: move }, icon("folder"), _("Move")),
      h("a", { class: "btn s", href: document_.file_url, download: "" }, icon("import"), _("Download")),
      facts.mayChange && h("button", { class: "btn s danger", type: "button", onclick: remove }, _("Delete")),
    ),
    reason(document_) ?? "",
    ...document_.notices.map(({ message }) => h("p", { class: "why" }, message)),
    factList(),
  );
  if (held) head.querySelector(`[aria-label="${CSS.escape(held)}"]`)?.focus();
  const content = `${document_.version} ${document_.state} ${document_.passages}`;
  if (content !== passagesOf) passages.load();
  passagesOf = content;
}

function factList() {
  const { name, topic, size, pages, page_unit: unit, version, created_at: created, passages: count, format } = document_;
  const rows = [
    [_("Topic"), topic],
    [_("File"), name],
    [_("Format"), format ?? "–"],
    [_("Size"), bytes(size)],
    pages && [_("Extent"), extentOf(unit, pages)],
    [_("Passages"), figure(count)],
    [_("Version"), figure(version)],
    [_("Added"), moment(created)],
  ];
  return h("dl", { class: "facts" }, rows.filter(Boolean).map(([word, value]) => h("div", {}, h("dt", {}, word), h("dd", {}, value))));
}

async function attempt(act) {
  faults.replaceChildren();
  try {
    await act();
  } catch (error) {
    faults.replaceChildren(faultCard(error));
  }
  watch.wake();
}

const deed = (name) => attempt(() => call("POST", `${path}/${name}`));

const write = () => attempt(() => editText(document_));

async function rename() {
  const title = h("input", { class: "input", value: document_.title, required: true, maxlength: 300 });
  const answer = await formDialog(_("Rename the document"), field(_("Title"), title), _("Rename"), () =>
    call("PATCH", path, { json: { title: title.value.trim() } }),
  );
  if (answer !== null) location.reload(); // its title stands in the frame, too
}

async function move() {
  const select = topicSelect(await readTopics(), document_.topic, null);
  await formDialog(_("Move the document"), field(_("Topic"), select), _("Move"), () => moveDocument(document_.id, select.value));
  watch.wake();
}

async function remove() {
  const question = _("Delete “{title}” and its passages? This cannot be undone.", { title: document_.title });
  if (!(await confirm(question, _("Delete")))) return;
  await attempt(() => call("DELETE", path));
}
