// What to ask of the pictures: a question, or names of things to find.

import { h, icon } from "../base/element.js";
import { status } from "../base/model.js";
import { _ } from "../base/words.js";

const MOST_LABELS = 50; // as the API takes them
const KEPT = "analyze-question";

/** The demonstration model knows shapes only, and is asked in its words. */
const everything = () => ({ detect: true, query: status?.model?.demo ? _("Box all shapes") : _("Box all objects in the picture") });

/** Events "start" and "stop" (the button, Ctrl Enter), "look" when the labels are others. */
export class Question extends EventTarget {
  labels = [];
  mode = "find"; // or "ask"
  #busy = false;

  constructor() {
    super();
    this.#recall();
    this.text = h("textarea", { rows: 3, maxlength: 20000, "aria-label": _("Question"), placeholder: _("What is in the picture?"), oninput: () => this.#keep() });
    this.text.value = this.kept ?? "";
    this.entry = h("input", { class: "entry", maxlength: 100, "aria-label": _("What to find"), placeholder: _("Type a name, Enter adds it"), autocomplete: "off", list: "known-labels", onkeydown: (event) => this.#type(event), onblur: () => this.#add() });
    this.chips = h("div", { class: "chips" });
    this.button = h("button", { class: "send", type: "button", onclick: () => this.act() });
    this.whole = h("button", { class: "switch", type: "button", role: "switch", "aria-checked": "false", "aria-label": _("For the whole set"), onclick: () => this.#setWhole(!this.isWhole) });
    this.tabs = ["ask", "find"].map((mode) => h("button", { type: "button", "aria-pressed": "false", onclick: () => this.#setMode(mode, true) }, mode === "ask" ? _("Ask") : _("Find")));
    this.wholeRow = h("span", { class: "row whole" }, h("span", { class: "dim tiny", "aria-hidden": "true" }, _("For the whole set")), this.whole);
    this.element = h(
      "section",
      { "aria-label": _("Question") },
      h("div", { class: "row top" }, h("div", { class: "seg", role: "group", "aria-label": _("Kind of question") }, this.tabs), h("span", { class: "grow" }), this.wholeRow),
      h("div", { class: "ask", onclick: (event) => event.target === event.currentTarget && this.focus() }, this.text, this.chips, h("div", { class: "row" }, this.entry, this.button)),
    );
    this.#setMode(this.mode);
    this.#drawChips();
    this.setBusy(false);
  }

  get isWhole() {
    return this.whole.getAttribute("aria-checked") === "true";
  }

  /** As /api/analyze takes it; null where there is nothing to ask. Find without a name looks for everything. */
  get fields() {
    if (this.mode === "find") return this.labels.length > 0 ? { detect: this.labels } : everything();
    const query = this.text.value.trim();
    return query === "" ? null : { query };
  }

  focus() {
    (this.mode === "ask" ? this.text : this.entry).focus();
  }

  /** Starts, or stops what runs. */
  act() {
    this.#add();
    this.dispatchEvent(new CustomEvent(this.#busy ? "stop" : "start"));
  }

  setBusy(busy) {
    this.#busy = busy;
    const word = busy ? _("Stop") : _("Start (Ctrl Enter)");
    this.button.replaceChildren(icon(busy ? "stop" : "up"));
    this.button.setAttribute("aria-label", word);
    this.button.title = word;
    this.button.classList.toggle("stop", busy);
  }

  /** A set of one picture needs no switch. */
  setCount(count) {
    if (count > 1 && this.wholeRow.hidden) this.#setWhole(true);
    this.wholeRow.hidden = count < 2;
    if (count < 2) this.#setWhole(false);
  }

  #setWhole(whole) {
    this.whole.setAttribute("aria-checked", String(whole));
  }

  #setMode(mode, byHand = false) {
    this.mode = mode;
    this.tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String((at === 0) === (mode === "ask"))));
    this.text.hidden = mode !== "ask";
    this.chips.hidden = mode !== "find" || this.labels.length === 0;
    this.entry.hidden = mode !== "find";
    if (byHand) {
      this.focus();
      this.#keep();
    }
  }

  #type(event) {
    if (event.isComposing) return;
    if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "," || event.key === "，") {
      event.preventDefault();
      this.#add();
    } else if (event.key === "Backspace" && this.entry.value === "" && this.labels.length > 0) {
      this.#setLabels(this.labels.slice(0, -1));
    }
  }

  #add() {
    const typed = this.entry.value.split(/[,，、]/).map((label) => label.trim()).filter(Boolean);
    this.entry.value = "";
    if (typed.length > 0) this.#setLabels([...new Set([...this.labels, ...typed])].slice(0, MOST_LABELS));
  }

  #setLabels(labels) {
    this.labels = labels;
    this.#drawChips();
    this.#keep();
    this.dispatchEvent(new CustomEvent("look"));
  }

  #drawChips() {
    const make = (label) =>
      h("button", { class: "chip", type: "button", "aria-label": _("Do not look for {label}", { label }), onclick: () => (this.#setLabels(this.labels.filter((one) => one !== label)), this.entry.focus()) }, h("span", { class: "cut" }, label), icon("x"));
    this.chips.replaceChildren(...this.labels.map(make));
    this.chips.hidden = this.mode !== "find" || this.labels.length === 0;
  }

  /** So that a page that is loaded again still knows what was asked. */
  #keep() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ mode: this.mode, labels: this.labels, text: this.text.value }));
    } catch {
      // no storage: until the page is left
    }
  }

  #recall() {
    try {
      const { mode, labels, text } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
      Object.assign(this, { mode: mode ?? this.mode, labels: labels ?? [], kept: text });
    } catch {
      // no storage
    }
  }
}
