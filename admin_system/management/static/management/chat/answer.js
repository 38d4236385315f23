// An answer: its words as they come, what it points at, what it rests on, and how it ended.

import { h, icon } from "../base/element.js";
import { figure, _, plural } from "../base/words.js";
import { LiveMarkdown } from "../markdown/live.js";
import { WAITS, answerFault } from "./faults.js";
import { foundCards, picturesOf } from "./found.js";
import { act, siblingSteps } from "./siblings.js";
import { citeChip, linkChips, sourceRow, sourcesOf } from "./sources.js";
import { StageLine } from "./stage_line.js";

const LIBRARIAN = "knowledge-base"; // the model of answers that no model writes

export class AnswerView {
  #written = null; // the text that stands there
  #drawn = ""; // what foot and boxes were made from
  #chips = [];

  constructor(message, thread) {
    Object.assign(this, { message, thread });
    this.name = h("b", {});
    this.text = h("div", { class: "md" });
    this.found = h("div", { class: "stack" });
    this.foot = h("div", { class: "stack" });
    this.stage = new StageLine();
    this.live = new LiveMarkdown(this.text, { cite: (number) => this.#cite(number) });
    this.element = h(
      "article",
      { class: "msg-a", "aria-label": _("Answer") },
      h("div", { class: "by" }, icon("mark", "mark"), this.name),
      this.text,
      this.found,
      this.stage.element,
      this.foot,
    );
  }

  push(piece) {
    this.text.classList.add("live"); // shows the caret
    this.live.push(piece);
    this.#written = (this.#written ?? "") + piece;
  }

  update(message) {
    this.message = message;
    const running = this.#isRunning();
    this.name.textContent = message.model === LIBRARIAN ? _("From the documents") : message.model || _("Assistant");
    this.element.setAttribute("aria-busy", String(running));
    if (!running) this.text.classList.remove("live");
    this.stage.show(running ? message.stage : null, message.began);
    if (running && this.#written === null && message.content !== "") this.push(message.content);
    if (!running) this.#finish();
  }

  leave() {
    this.live.leave();
    this.stage.leave();
  }

  copy(button) {
    this.thread.deeds.copy(this.message.content, button);
  }

  #isRunning() {
    const { turn } = this.thread.conversation;
    return turn?.answer.id === this.message.id;
  }

  #finish() {
    const { message } = this;
    if (message.finish_reason === null || message.finish_reason === undefined) {
      this.stage.show({ name: "elsewhere" });
      return;
    }
    if (this.#written !== message.content || this.text.childElementCount === 0) this.live.finish(message.content);
    else this.live.finish();
    this.#written = message.content;
    const busy = this.thread.conversation.running;
    const drawn = JSON.stringify([message, busy, picturesOf(this.thread.conversation.messages).length]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const sources = sourcesOf(message);
    const open = (number) => this.thread.deeds.openSource(sources, number, this.element);
    this.#chips = linkChips(this.#chips, sources, open);
    this.#drawFound();
    this.foot.replaceChildren(
      ...(sources.length > 0 ? [sourceRow(sources, open)] : []),
      ...this.#ending(),
      this.#acts(busy),
    );
  }

  #drawFound() {
    const { messages } = this.thread.conversation;
    const key = JSON.stringify([this.message.boxes, picturesOf(messages).map(({ url }) => url)]);
    if (this.found.dataset.key === key) return;
    this.found.dataset.key = key;
    this.found.replaceChildren(...foundCards(this.message.boxes, picturesOf(messages)));
  }

  #ending() {
    const { error, finish_reason: reason, content } = this.message;
    if (error?.code === WAITS) {
      this.stage.show({ name: "loading" });
      return [];
    }
    if (error) return [answerFault(this.message, this.thread)];
    if (reason === "cancelled") return [h("p", { class: "small dim" }, content ? _("Stopped. What had been generated is kept above.") : _("Stopped before a word had come."))];
    if (reason === "length") return [h("p", { class: "small dim" }, _("The answer reached its greatest length and ends here."))];
    return [];
  }

  #acts(busy) {
    const { message } = this;
    const { conversation, deeds } = this.thread;
    const question = conversation.messages[conversation.messages.findIndex(({ id }) => id === message.id) - 1];
    return h(
      "div",
      { class: "acts" },
      siblingSteps(message, busy, (id) => deeds.show(id)),
      act("copy", _("Copy the answer"), (event) => this.copy(event.currentTarget), { hidden: message.content === "" }),
      act("redo", _("Answer again"), () => deeds.answerAgain(question), { disabled: busy, hidden: message.local === true || question === undefined }),
      act("branch", _("Go on from here in a new chat"), () => deeds.branch(message), { disabled: busy, hidden: message.local === true }),
      h("span", { class: "meta num" }, measures(message)),
    );
  }

  #cite(number) {
    const { conversation } = this.thread;
    const at = conversation.messages.findIndex(({ id }) => id === this.message.id);
    const fromDocuments = this.message.annotations.length > 0 || conversation.messages[at - 1]?.asked.knowledge_base;
    if (!fromDocuments) return null;
    const chip = citeChip(number);
    this.#chips.push(chip);
    return chip;
  }
}

function measures({ usage, processing_time: time }) {
  const seconds = Number.parseFloat(time);
  const parts = [];
  if (usage?.completion_tokens) parts.push(plural("{count} token", "{count} tokens", usage.completion_tokens));
  if (seconds >= 0.05) parts.push(_("{seconds} s", { seconds: figure(seconds, 1) }));
  return parts.join(" · ");
}

