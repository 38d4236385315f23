// The drawer with the passage that a citation leads to; a sheet from below on a phone.

import { ApiError, call } from "../base/api.js";
import { copyText } from "../base/clipboard.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";
import { markSentences } from "./marking.js";
import { placeOf } from "./sources.js";

export class Drawer {
  #sources = [];
  #at = 0;
  #before = null;
  #root = null;
  #asked = 0;

  constructor() {
    this.app = document.getElementById("app");
    this.element = document.getElementById("drawer");
    this.count = document.getElementById("drawer-count");
    this.place = document.getElementById("drawer-body");
    this.scrim = document.getElementById("drawer-scrim");
    this.steps = ["drawer-back", "drawer-on"].map((id) => document.getElementById(id));
    const on = (id, run) => document.getElementById(id).addEventListener("click", run);
    on("drawer-back", () => this.step(-1));
    on("drawer-on", () => this.step(1));
    on("drawer-close", () => this.close());
    on("drawer-scrim", () => this.close());
    this.element.addEventListener("keydown", (event) => this.#trap(event));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** `root` holds the chips and the row that lead here. */
  open(sources, number, root) {
    if (!this.isOpen) this.#before = document.activeElement;
    this.#expand(null);
    this.#sources = sources;
    this.#root = root;
    this.#show(sources.findIndex((source) => source.number === number));
    this.element.hidden = false;
    this.scrim.hidden = false;
    this.app.classList.add("has-drawer");
    document.getElementById("drawer-close").focus();
  }

  close() {
    if (!this.isOpen) return;
    this.element.hidden = true;
    this.scrim.hidden = true;
    this.app.classList.remove("has-drawer");
    this.#expand(null);
    this.#before?.focus?.();
  }

  step(by) {
    if (this.isOpen) this.#show((this.#at + by + this.#sources.length) % this.#sources.length);
  }

  async #show(at) {
    this.#at = at;
    this.#asked += 1;
    const asked = this.#asked;
    const source = this.#sources[at];
    for (const button of this.steps) button.disabled = this.#sources.length < 2;
    this.count.textContent = `${at + 1} / ${this.#sources.length}`;
    this.#expand(source.number);
    const skeleton = [1, 2, 3].map(() => h("div", { class: "skel" }));
    this.place.replaceChildren(heading(source), h("div", { class: "passage stack", "aria-hidden": "true" }, skeleton));
    try {
      const passage = await call("GET", `/api/passages/${source.passage.id}`);
      const [before, after] = await Promise.all([neighbour(passage.previous), neighbour(passage.next)]);
      if (asked === this.#asked) this.place.replaceChildren(heading(source), ...this.#content(source, passage, before, after));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked === this.#asked) this.place.replaceChildren(heading(source), faultCard(error));
    }
  }

  #content(source, passage, before, after) {
    const quotation = `${passage.content}\n— ${[passage.title, placeOf(source.passage)].filter(Boolean).join(", ")}`;
    const copy = h("button", { class: "btn s quiet", type: "button", onclick: () => copyText(quotation) }, icon("copy", "i-s"), _("Copy the quotation"));
    return [
      h(
        "div",
        { class: "passage" },
        before && h("p", { class: "before" }, `… ${before.content.slice(-200)}`),
        h("p", { class: "as-written" }, markSentences(passage.content, source.places)),
        after && h("p", { class: "after" }, `${after.content.slice(0, 200)} …`),
      ),
      h("dl", { class: "kv" }, h("dt", {}, _("Topic")), h("dd", {}, passage.topic), h("dt", {}, _("Passage")), h("dd", { class: "num" }, `#${passage.id}`)),
      h("div", { class: "row" }, h("a", { class: "btn s", href: `/api/documents/${passage.document}/file` }, icon("file", "i-s"), _("Get the document")), copy),
    ];
  }

  #expand(number) {
    for (const chip of this.#root?.querySelectorAll(".cite[data-number], .src") ?? []) {
      chip.setAttribute("aria-expanded", String(Number(chip.dataset.number) === number));
    }
  }

  /** On a phone the sheet keeps the focus. */
  #trap(event) {
    if (event.key !== "Tab" || !matchMedia("(max-width: 860px)").matches) return;
    const inside = [...this.element.querySelectorAll("button, a")];
    const edge = event.shiftKey ? inside[0] : inside.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? inside.at(-1) : inside[0]).focus();
  }
}

function heading({ title, passage }) {
  return h("div", { class: "doc" }, h("span", { class: "ico" }, icon("file")), h("div", { class: "grow" }, h("b", {}, title), h("div", { class: "dim small" }, placeOf(passage))));
}

/** A passage beside it, where the server names one and it may be read. */
async function neighbour(number) {
  if (!number) return null;
  try {
    return await call("GET", `/api/passages/${number}`);
  } catch {
    return null; // switched off, or gone
  }
}
