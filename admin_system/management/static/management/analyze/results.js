// The boxes as a list beside the picture: the same selection, the same edits, by names and numbers.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";
import { corrected } from "../boxes/geometry.js";

const CORNERS = ["x1", "y1", "x2", "y2"];
const NARROW = matchMedia("(max-width: 860px)");

/** A list for an editor; `labels()` are names to choose from. */
export class Results {
  #editing = null;

  constructor(editor, labels) {
    Object.assign(this, { editor, labels });
    this.count = h("span", { class: "num dim plain" });
    this.list = h("ul", { class: "results", "aria-label": _("Objects") });
    this.known = h("datalist", { id: "known-labels" });
    this.back = h("button", { class: "btn s quiet", type: "button", onclick: () => this.takeBack() }, icon("undo", "i-s"), _("The model's boxes"));
    const draw = h("button", { class: "btn s quiet", type: "button", onclick: () => (editor.setTool("draw"), editor.frame.focus()) }, icon("boxplus", "i-s"), _("Draw a box"));
    this.element = h("section", { "aria-label": _("Objects") }, h("div", { class: "h3" }, h("h2", { class: "grow h3-words" }, _("Objects"), " ", this.count), this.back, draw), this.list, this.known);
    editor.addEventListener("change", () => this.draw());
    editor.addEventListener("select", ({ detail }) => this.#mark(detail));
    editor.addEventListener("light", ({ detail }) => this.#rows.forEach((row, at) => row.classList.toggle("hot", at === detail)));
    editor.addEventListener("rename", ({ detail }) => this.edit(detail));
    editor.addEventListener("add", ({ detail }) => this.edit(detail));
  }

  get #rows() {
    return [...this.list.children];
  }

  /** `picture.analysis` tells whether there is something of the model's to go back to. */
  open(picture) {
    this.picture = picture;
    this.#editing = null;
    this.draw();
  }

  draw() {
    const { editor } = this;
    const focused = this.#rows.findIndex((row) => row.contains(document.activeElement));
    this.list.replaceChildren(...editor.boxes.map((one, index) => (index === this.#editing ? this.#form(one, index) : this.#row(one, index))));
    this.count.textContent = String(editor.boxes.length);
    this.known.replaceChildren(...this.labels().map((value) => h("option", { value })));
    this.back.hidden = !this.canTakeBack;
    this.#mark(editor.selected);
    if (focused >= 0 && this.#editing === null) this.#rows[Math.min(focused, this.#rows.length - 1)]?.querySelector(".pick")?.focus();
  }

  get canTakeBack() {
    const { analysis } = this.picture ?? {};
    return Boolean(analysis?.model) && JSON.stringify(analysis.model_boxes) !== JSON.stringify(this.editor.boxes);
  }

  takeBack() {
    this.editor.replaceAll(this.picture.analysis.model_boxes);
  }

  /** Opens the row as a form: name and corners. */
  edit(index) {
    this.editor.select(index);
    this.#editing = index;
    this.draw();
    const input = this.#rows[index]?.querySelector("input");
    input?.focus();
    input?.select();
    this.#rows[index]?.scrollIntoView({ block: "nearest" });
  }

  #mark(selected) {
    this.#rows.forEach((row, at) => {
      row.classList.toggle("sel", at === selected);
      row.querySelector(".pick")?.setAttribute("aria-pressed", String(at === selected));
    });
    // On a phone the picture scrolls with the list: a box that is touched stays where it is.
    if (selected !== null && !NARROW.matches) this.#rows[selected]?.scrollIntoView({ block: "nearest" });
  }

  #row({ label, box }, index) {
    const { editor } = this;
    const { name, dashed } = editor.palette.colourOf(label);
    const tool = (word, picture, run) => h("button", { class: "btn icon quiet s", type: "button", "aria-label": `${word}: ${index + 1} ${label}`, title: word, onclick: run }, icon(picture));
    return h(
      "li",
      { class: "res", onmouseenter: () => editor.light(index), onmouseleave: () => editor.light(null), onkeydown: (event) => this.#press(event, index) },
      h(
        "button",
        { class: "pick", type: "button", "aria-pressed": "false", onclick: () => editor.select(index), ondblclick: () => this.edit(index) },
        h("span", { class: `sw ${name}${dashed ? " dashed" : ""}` }, String(index + 1)),
        h("span", { class: "grow" }, h("span", { class: "t cut" }, label || h("span", { class: "dim" }, _("Without a name"))), h("span", { class: "xy" }, `${box[0]}, ${box[1]} → ${box[2]}, ${box[3]}`)),
      ),
      h("span", { class: "tool" }, tool(_("Rename (F2)"), "edit", () => this.edit(index)), tool(_("Delete (Del)"), "trash", () => editor.remove(index))),
    );
  }

  #form({ label, box }, index) {
    const { editor } = this;
    const { name } = editor.palette.colourOf(label);
    const text = h("input", { class: "input", value: label, maxlength: 200, list: "known-labels", "aria-label": _("Name"), placeholder: _("Name"), autocomplete: "off" });
    const limits = [editor.size.width, editor.size.height];
    const numbers = CORNERS.map((corner, at) => h("input", { class: "input num", type: "number", min: 0, max: limits[at % 2], step: 1, value: box[at], "aria-label": corner }));
    const finish = (keep) => {
      if (this.#editing !== index) return;
      this.#editing = null;
      const typed = numbers.map((input, at) => (input.value === "" ? box[at] : Number(input.value)));
      if (keep && text.value.trim()) editor.label = text.value.trim();
      if (keep) editor.replace(index, { label: text.value.trim(), box: corrected(typed, editor.size) });
      this.draw();
    };
    const press = (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === "Enter");
      editor.elements[index]?.focus({ preventScroll: true });
    };
    const leave = ({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || finish(true);
    return h(
      "li",
      { class: "res editing", onkeydown: press, onfocusout: leave },
      h("span", { class: `sw ${name}` }, String(index + 1)),
      h("div", { class: "grow stack" }, text, h("div", { class: "corners" }, CORNERS.map((corner, at) => h("label", {}, h("span", { class: "dim tiny", "aria-hidden": "true" }, corner), numbers[at])))),
    );
  }

  #press(event, index) {
    const { editor } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const next = Math.min(Math.max(index + step, 0), editor.boxes.length - 1);
      editor.select(next);
      this.#rows[next].querySelector(".pick").focus();
    } else if (event.key === "F2") this.edit(index);
    else if (event.key === "Delete") editor.remove(index);
    else return;
    event.preventDefault();
  }
}
