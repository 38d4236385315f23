// What a question is asked with: a topic of the knowledge base, a prompt template.

import { ApiError, each } from "../base/api.js";
import { _ } from "../base/words.js";
import { toggleMenu } from "../base/menu.js";

const KINDS = new Set(["chat", "knowledge"]);

/** A chip that opens a menu of `[{value, text, note}]`; `value` null is none. */
class Picker {
  chosen = null;
  #choices = [];

  constructor(id, none) {
    this.button = document.getElementById(id);
    this.word = this.button.querySelector("span");
    this.none = none;
    this.plain = this.word.textContent;
    this.label = this.button.getAttribute("aria-label");
    this.button.addEventListener("click", () => this.#open());
  }

  offer(choices) {
    this.#choices = choices;
    this.button.hidden = choices.length === 0;
    this.choose(this.chosen);
  }

  choose(value) {
    const known = this.#choices.find((choice) => choice.value === value);
    this.chosen = known ? value : null;
    this.word.textContent = known ? known.text : this.plain;
    this.button.setAttribute("aria-label", known ? `${this.label}: ${known.text}` : this.label);
    this.button.classList.toggle("on", known !== undefined);
  }

  #open() {
    const item = ({ value, text, note }) => ({ text, note, chosen: this.chosen === value, run: () => this.choose(value) });
    toggleMenu(this.button, [item({ value: null, text: this.none }), null, ...this.#choices.map(item)], this.label);
  }
}

export class Pickers {
  constructor() {
    this.topic = new Picker("pick-topic", _("Without documents"));
    this.template = new Picker("pick-template", _("Without a template"));
  }

  async load() {
    await Promise.all([this.#loadTopics(), this.#loadTemplates()]);
  }

  /** As a question is sent with them. */
  get options() {
    const options = {};
    if (this.topic.chosen !== null) options.knowledge_base = this.topic.chosen === "" ? {} : { topic: this.topic.chosen };
    if (this.template.chosen !== null) options.prompt_template = this.template.chosen;
    return options;
  }

  /** As a question was asked. */
  show(asked = {}) {
    this.topic.choose(asked.knowledge_base ? (asked.knowledge_base.topic ?? "") : null);
    this.template.choose(asked.prompt_template ?? null);
  }

  async #loadTopics() {
    const topics = await gather("/api/topics");
    const named = topics.map(({ name, documents }) => ({ value: name, text: name, note: String(documents) }));
    this.topic.offer(named.length > 0 ? [{ value: "", text: _("All topics") }, ...named] : []);
  }

  async #loadTemplates() {
    const templates = await gather("/api/templates");
    this.template.offer(templates.filter(({ kind }) => KINDS.has(kind)).map(({ slug, name }) => ({ value: slug, text: name })));
  }
}

/** All of a list, or none where this service has no such thing or the caller may not see it. */
async function gather(path) {
  const found = [];
  try {
    for await (const one of each(path)) found.push(one);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return found;
}
