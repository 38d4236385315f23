// What an answer waits for, in words, and for how long already.

import { h } from "../base/element.js";
import { _, figure, plural } from "../base/words.js";

const WORDS = {
  sending: () => _("Sending"),
  waiting: () => _("Reading the question"),
  writing: () => _("Generating"),
  elsewhere: () => _("Being written in another window"),
  loading: () => _("The model is loading; you are answered as soon as it is ready."),
  queued: ({ ahead }) => (ahead > 0 ? plural("Queued, {count} ahead of you", "Queued, {count} ahead of you", ahead) : _("Queued, you are next")),
};

export class StageLine {
  #timer = null;

  constructor() {
    this.words = h("span", {});
    this.seconds = h("span", { class: "num" });
    this.element = h("p", { class: "stagetext", hidden: true }, h("span", { class: "dot at-work", "aria-hidden": "true" }), this.words, this.seconds);
  }

  /** `stage` is `{name, …}` or null; `began` is a moment of `performance.now()`. */
  show(stage, began = undefined) {
    this.leave();
    this.element.hidden = stage === null || stage === undefined;
    if (this.element.hidden) return;
    this.words.textContent = WORDS[stage.name](stage);
    const tell = () => (this.seconds.textContent = _("{seconds} s", { seconds: figure((performance.now() - began) / 1000, 0) }));
    this.seconds.hidden = began === undefined;
    if (began !== undefined) {
      tell();
      this.#timer = setInterval(tell, 1000);
    }
  }

  leave() {
    clearInterval(this.#timer);
  }
}
