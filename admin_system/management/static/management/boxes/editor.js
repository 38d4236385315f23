// Boxes over a picture that can be chosen, moved, resized, drawn, renamed and removed.

import { h } from "../base/element.js";
import { Palette } from "./colours.js";
import { Gestures } from "./gestures.js";
import { History } from "./history.js";
import { place } from "./overlay.js";
import { View } from "./view.js";

const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const TAG = 26; // pixels that the tag above a box takes; without them it goes inside

/**
 * Lives in an empty element, which it makes its frame. Events: "change" when the boxes are others, "select" and "light"
 * with the index or null as `detail`, "tool" with its name, "zoom" with the scale.
 */
export class Editor extends EventTarget {
  constructor(frame, { palette = new Palette(), label = "" } = {}) {
    super();
    this.image = h("img", { class: "pic", alt: "", draggable: "false" });
    this.stage = h("div", { class: "stage" }, this.image);
    frame.append(this.stage);
    Object.assign(this, { frame, palette, history: new History([]), elements: [] });
    Object.assign(this, { selected: null, lit: null, tool: "select", hidden: false, label });
    this.view = new View(frame, this.stage);
    this.view.addEventListener("zoom", ({ detail }) => (this.#placeTags(), this.#tell("zoom", detail)));
    this.gestures = new Gestures(this);
    this.setTool("select");
  }

  get boxes() {
    return this.history.boxes;
  }

  get size() {
    return this.view.size;
  }

  /** `picture` is `{url, name, width, height}`; `history` keeps what was done to it before. */
  open(picture, history) {
    this.#clear(); // before anything asks where the boxes of the former picture stand
    this.history = history;
    this.selected = null;
    this.image.src = picture.url;
    this.image.alt = picture.name;
    this.view.open({ width: picture.width, height: picture.height });
    this.draw();
    this.#tell("select", null);
  }

  /** Other boxes over the same picture, such as those of a new answer; the view stays. */
  renew(history) {
    this.history = history;
    this.selected = null;
    this.draw();
    this.#tell("select", null);
  }

  /** All boxes anew; what has the focus keeps it. */
  draw() {
    const focused = this.elements.indexOf(document.activeElement);
    this.#clear();
    this.elements = this.boxes.map((one, index) => this.#make(one, index));
    if (this.selected !== null && this.selected >= this.boxes.length) this.selected = null;
    this.stage.append(...this.elements);
    this.#mark();
    this.#placeTags();
    if (focused >= 0) (this.elements[Math.min(focused, this.elements.length - 1)] ?? this.frame).focus({ preventScroll: true });
  }

  #clear() {
    for (const element of this.elements) element.remove();
    this.elements = [];
  }

  setTool(tool) {
    this.tool = tool;
    this.frame.dataset.tool = tool;
    this.#tell("tool", tool);
  }

  setHidden(hidden) {
    this.hidden = hidden;
    this.stage.classList.toggle("bare", hidden);
    if (hidden) this.select(null);
    this.#tell("tool", this.tool);
  }

  select(index) {
    if (this.selected === index) return;
    this.selected = index;
    if (index !== null && this.hidden) this.setHidden(false);
    this.#mark();
    this.#placeTags();
    this.#tell("select", index);
  }

  light(index) {
    if (this.lit === index) return;
    this.lit = index;
    this.elements.forEach((element, at) => element.classList.toggle("hot", at === index));
    this.#tell("light", index);
  }

  /** Shows where a box would stand, before it is let go. */
  preview(index, box) {
    Object.assign(this.elements[index].style, place(box, this.size));
  }

  setBox(index, box) {
    this.replace(index, { ...this.boxes[index], box });
  }

  rename(index, label) {
    if (label) this.label = label;
    this.replace(index, { ...this.boxes[index], label });
  }

  replace(index, one) {
    const before = this.boxes[index];
    if (before.label === one.label && String(before.box) === String(one.box)) return this.draw();
    this.#change(this.boxes.map((other, at) => (at === index ? one : other)));
  }

  /** → the index of the new one, which is selected. */
  add(box, label = this.label) {
    this.#change([...this.boxes, { label, box }]);
    this.select(this.boxes.length - 1);
    this.#tell("add", this.selected);
    return this.selected;
  }

  remove(index) {
    const next = this.boxes.length === 1 ? null : Math.min(index, this.boxes.length - 2);
    this.#change(this.boxes.filter((one, at) => at !== index));
    this.selected = null;
    this.select(next);
  }

  /** Other boxes in place of all; it can be undone. */
  replaceAll(boxes) {
    this.#change(boxes);
  }

  undo() {
    if (this.history.undo()) this.#changed();
  }

  redo() {
    if (this.history.redo()) this.#changed();
  }

  #change(boxes) {
    this.history.change(boxes);
    this.#changed();
  }

  #changed() {
    const before = this.selected;
    this.draw();
    if (this.selected !== before) this.#tell("select", this.selected);
    this.#tell("change", this.boxes);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #make({ label, box }, index) {
    const { name, dashed } = this.palette.colourOf(label);
    const handles = HANDLES.map((handle) => h("span", { class: `h h-${handle}`, "aria-hidden": "true" }));
    const element = h(
      "button",
      {
        class: `box ${name}${dashed ? " dashed" : ""}`,
        type: "button",
        "aria-label": `${index + 1} ${label}`,
        style: place(box, this.size),
        onmouseenter: () => this.light(index),
        onmouseleave: () => this.light(null),
        onfocus: () => element.matches(":focus-visible") && this.select(index),
        onclick: () => this.select(index),
      },
      h("span", { class: "lab" }, h("span", { class: "num" }, String(index + 1)), label && " ", label && h("span", {}, label)),
      handles,
    );
    element.style.setProperty("--z", String(this.#rank(box)));
    return element;
  }

  /** The smaller the higher, so that what lies inside another box can be reached. */
  #rank(box) {
    return this.boxes.filter((other) => area(other.box) > area(box)).length;
  }

  #mark() {
    this.elements.forEach((element, at) => {
      element.classList.toggle("sel", at === this.selected);
      element.setAttribute("aria-pressed", String(at === this.selected));
    });
  }

  #placeTags() {
    const { scale, top } = this.view;
    this.elements.forEach((element, at) => {
      const above = this.boxes[at].box[1] * scale + Math.min(top, 0);
      element.classList.toggle("in", above < TAG + (at === this.selected ? 4 : 0));
    });
  }
}

const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);
