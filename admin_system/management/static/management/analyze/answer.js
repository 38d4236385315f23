// The answer beside the picture: while it is written, when it is there, or why there is none.

import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toast } from "../base/toast.js";
import { _, figure, plural } from "../base/words.js";
import { stateWord, turning } from "./strip.js";

/** `again(picture)` asks the same once more. */
export class Answer {
  constructor(again) {
    this.again = again;
    this.meta = h("span", { class: "dim num tiny" });
    this.copyButton = h("button", { class: "btn icon quiet s", type: "button", "aria-label": _("Copy the answer"), title: _("Copy the answer"), onclick: () => this.#copy() }, icon("copy"));
    this.againButton = h("button", { class: "btn icon quiet s", type: "button", "aria-label": _("Analyse again"), title: _("Analyse again"), onclick: () => this.again(this.picture) }, icon("redo"));
    this.words = h("p", { class: "answer" });
    this.asked = h("p", { class: "asked dim tiny" });
    this.state = h("p", { class: "row dim small", role: "status" });
    this.place = h("div", {});
    this.element = h("section", { "aria-label": _("Answer") }, h("div", { class: "h3" }, h("h2", { class: "grow h3-words" }, _("Answer")), this.meta, this.copyButton, this.againButton), this.asked, this.state, this.words, this.place);
  }

  draw(picture) {
    this.picture = picture;
    const { analysis, busy } = picture;
    const writing = busy || (picture.stopped && picture.text !== "");
    const text = writing ? picture.text : (analysis?.result ?? "");
    const failed = picture.state === "failed";
    this.element.hidden = !busy && !failed && analysis === null && !picture.stopped;
    this.asked.textContent = analysis === null || busy ? "" : question(analysis);
    this.asked.hidden = this.asked.textContent === "";
    this.meta.textContent = analysis === null || busy || analysis.model === "" ? "" : numbers(analysis);
    this.copyButton.hidden = busy || text === "";
    this.againButton.hidden = busy || analysis === null || analysis.model === "";
    this.#say(picture, text);
    if (this.words.textContent !== text) this.words.textContent = text;
    this.words.hidden = text === "";
    if (this.fault !== picture.fault) {
      this.fault = picture.fault;
      const retry = () => h("button", { class: "btn s", type: "button", onclick: () => this.again(this.picture) }, _("Try again"));
      this.place.replaceChildren(...(picture.fault === null ? [] : [faultCard(picture.fault, retry())]));
    }
  }

  #say(picture, text) {
    const said = picture.busy
      ? [turning(), stateWord(picture)]
      : picture.stopped
        ? [_("Stopped. What had been generated is kept above.")]
        : picture.analysis?.model === ""
          ? [_("Boxes drawn by hand; no model was asked.")]
          : picture.analysis !== null && text === "" && picture.analysis.boxes.length === 0
            ? [_("Nothing found. Try another name, or draw a box.")]
            : [];
    const words = said.at(-1) ?? "";
    if (this.state.textContent !== words) this.state.replaceChildren(...said);
    this.state.hidden = words === "";
  }

  async #copy() {
    await navigator.clipboard.writeText(this.words.textContent);
    toast(_("Copied"));
  }
}

function numbers({ processing_time: time, usage }) {
  const seconds = Number.parseFloat(time);
  const parts = Number.isNaN(seconds) ? [] : [`${figure(seconds, 1)}\u00a0s`];
  if (usage?.completion_tokens) parts.push(plural("{count} token", "{count} tokens", usage.completion_tokens));
  return parts.join(" · ");
}

function question({ query, labels }) {
  if (labels.length > 0) return _("Find: {labels}", { labels: labels.join(_(", ")) });
  return query;
}
