// The ways in: choose or drop files, a folder, a pasted text; and what came of the last upload.

import { h, icon } from "../../base/element.js";
import { toast } from "../../base/toast.js";
import { _, plural } from "../../base/words.js";
import { facts } from "../facts.js";
import { fileInput } from "../file_input.js";
import { field, formDialog, isOn, toggle } from "../form_dialog.js";
import { readTopics, topicInput } from "../topics.js";
import { chosen, takeDrops } from "./dropping.js";
import { sendFiles, sendText } from "./uploading.js";

const TABLE = /\.(csv|xlsx)$/i;

/** `topic()` is the name that the list is narrowed to; `added()` is called after each document. */
export function addingZone(topic, added) {
  const files = fileInput({ multiple: true }, (found) => take(chosen(found)));
  const folder = fileInput({ webkitdirectory: true }, (found) => take(chosen(found)));
  const words = h("span", {}, _("Drop files or a folder here"));
  const zone = h(
    "div",
    { class: "drop" },
    icon("upload"),
    words,
    h("button", { class: "lnk", type: "button", onclick: () => files.click() }, _("Choose files")),
    h("button", { class: "lnk", type: "button", onclick: () => folder.click() }, _("Choose a folder")),
    h("button", { class: "lnk", type: "button", onclick: () => pasteText() }, _("Paste a text")),
    h("span", { class: "dim drop__kinds" }, _("PDF, Word, Excel, PowerPoint, HTML, EPUB, text, pictures, ZIP; up to {limit} MB each", { limit: facts.largest })),
  );
  const report = h("div", { class: "report", role: "status" });
  const element = h("div", { class: "stack" }, zone, files, folder, report);
  takeDrops(zone, words, (items) => take(items));

  async function take(items) {
    if (items.length === 0) return;
    const wanted = await askTopic(items);
    if (wanted === null) return;
    const state = await sendFiles(items, wanted, (now) => {
      tell(now);
      added();
    });
    tell(state);
  }

  function tell({ done, count, refused, documents }) {
    const sending = done < count;
    const line = sending
      ? h("div", { class: "row" }, h("progress", { max: count, value: done, "aria-label": _("Upload") }), _("Uploading {done} of {count}", { done, count }))
      : h("p", { class: "row" }, icon("ok"), plural("{count} document received", "{count} documents received", documents));
    const close = !sending && h("button", { class: "btn s quiet", type: "button", onclick: () => report.replaceChildren() }, _("Close"));
    report.replaceChildren(
      h("div", { class: "row" }, h("div", { class: "grow" }, line), close),
      refused.length ? h("p", {}, plural("{count} file was not taken:", "{count} files were not taken:", refused.length)) : "",
      refused.length ? h("ul", {}, refused.map((one) => refusal(one))) : "",
    );
  }

  async function askTopic(items) {
    const topics = await readTopics();
    const { input, list } = topicInput(topics, topic() || (topics.length === 1 ? topics[0].name : ""));
    const questions = toggle(_("Two-column tables are questions and answers"));
    const tables = items.some(({ path }) => TABLE.test(path));
    return formDialog(
      plural("Add {count} file", "Add {count} files", items.length),
      [field(_("Topic"), input, _("A new name makes a new topic.")), list, tables && questions.element],
      _("Upload"),
      async () => ({ topic: input.value.trim(), questions: isOn(questions.button) }),
    );
  }

  async function pasteText() {
    const topics = await readTopics();
    const { input, list } = topicInput(topics, topic() || (topics.length === 1 ? topics[0].name : ""));
    const title = h("input", { class: "input", required: true, maxlength: 300 });
    const text = h("textarea", { class: "input input--text", rows: 12, required: true });
    const answer = await formDialog(
      _("Add a text"),
      [field(_("Topic"), input, _("A new name makes a new topic.")), list, field(_("Title"), title), field(_("Text"), text, _("Markdown is understood."))],
      _("Add"),
      () => sendText(input.value.trim(), title.value.trim(), text.value),
      { wide: true },
    );
    if (answer === null) return;
    toast(_("The text was received."));
    added();
  }
  return { element, choose: () => files.click() };
}

function refusal({ name, code, message }) {
  const help = code && h("a", { class: "lnk", href: `/help/troubleshooting/#${code}` }, _("What to do"));
  return h("li", {}, h("b", {}, name), " ", message, " ", help);
}
