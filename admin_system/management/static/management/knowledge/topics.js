// The topics that can be chosen.

import { call, each } from "../base/api.js";
import { h } from "../base/element.js";
import { _ } from "../base/words.js";

export async function readTopics() {
  const topics = [];
  for await (const topic of each("/api/topics?limit=200")) topics.push(topic);
  return topics;
}

/** A select of topic names; `every` is the word for all of them, null to leave that out. */
export function topicSelect(topics, chosen, every = _("All topics")) {
  return h(
    "select",
    { class: "input", "aria-label": every === null ? false : _("Topic") },
    every !== null && h("option", { value: "" }, every),
    topics.map(({ name }) => h("option", { value: name, selected: name === chosen }, name)),
  );
}

/** A field that takes one of the topics, or the name of a new one. */
export function topicInput(topics, chosen) {
  const list = h("datalist", { id: "topic-names" }, topics.map(({ name }) => h("option", { value: name })));
  const input = h("input", {
    class: "input", list: "topic-names", value: chosen, required: true, maxlength: 100, autocomplete: "off",
  });
  return { input, list };
}

export const moveDocument = (id, topic) => call("PATCH", `/api/documents/${id}`, { json: { topic } });
