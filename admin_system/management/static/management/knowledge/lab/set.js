// A question set: what it holds, running it, its paragraphs as documents, its end.

import { call } from "../../base/api.js";
import { confirm } from "../../base/dialog.js";
import { h, icon } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { toast } from "../../base/toast.js";
import { _, plural } from "../../base/words.js";
import { facts } from "../facts.js";
import { field, formDialog } from "../form_dialog.js";
import { menuButton } from "../menu.js";
import { readTopics, topicInput, topicSelect } from "../topics.js";
import { historyOf } from "./history.js";
import { runningLine } from "./running.js";

/** `others()` are all sets, `changed()` is called when it is gone; `job` is its run, if one goes on. */
export function setCard(set, others, changed, job) {
  const path = `/api/question-sets/${set.id}`;
  const history = historyOf(set.name);
  const place = h("div", { class: "stack" });
  const holds = h("span", { class: "dim small" });
  const element = h(
    "section",
    { class: "card lab-set", "aria-label": set.name },
    h(
      "header",
      {},
      h("h2", {}, set.name),
      holds,
      h("span", { class: "grow" }),
      facts.mayChange && h("button", { class: "btn s", type: "button", onclick: run }, icon("flask", "i-s"), _("Run")),
      facts.mayChange && menuButton(_("More: {title}", { title: set.name }), () => [
        { word: _("Put its passages into a topic"), icon: "import", act: addPassages },
        null,
        { word: _("Delete"), icon: "trash", danger: true, act: remove },
      ]),
    ),
    h("div", { class: "body stack" }, place, history.element),
  );
  holds.textContent = plural("{count} question", "{count} questions", set.questions);
  history.load().catch((error) => place.replaceChildren(faultCard(error)));
  if (job) follow(job);

  function follow(started) {
    place.replaceChildren(runningLine(started, () => history.load()));
  }

  async function run() {
    const topic = topicSelect(await readTopics(), set.last_run?.topic ?? "", null);
    const foreign = h(
      "select",
      { class: "input" },
      h("option", { value: "" }, _("None")),
      others().filter(({ id, questions }) => id !== set.id && questions > 0).map(({ id, name }) => h("option", { value: id }, name)),
    );
    const started = await formDialog(
      _("Run {name}", { name: set.name }),
      [field(_("Topic"), topic, _("It should hold the passages that answer.")), field(_("Questions to be refused"), foreign, _("A set that this topic cannot answer."))],
      _("Run"),
      () => call("POST", `${path}/runs`, { json: { topic: topic.value, ...(foreign.value && { foreign: Number(foreign.value) }) } }),
    );
    if (started !== null) follow(started);
  }

  async function addPassages() {
    const { input, list } = topicInput(await readTopics(), set.name);
    const answer = await formDialog(
      _("Put the passages of {name} into a topic", { name: set.name }),
      [field(_("Topic"), input, _("A new name makes a new topic.")), list],
      _("Add"),
      () => call("POST", `${path}/documents`, { json: { topic: input.value.trim() } }),
    );
    if (answer !== null) toast(plural("{count} new document is being read.", "{count} new documents are being read.", answer.added));
  }

  async function remove() {
    if (!(await confirm(_("Delete the question set “{name}”? Its figures are kept.", { name: set.name }), _("Delete")))) return;
    try {
      await call("DELETE", path);
      changed();
    } catch (error) {
      place.replaceChildren(faultCard(error));
    }
  }
  return element;
}

