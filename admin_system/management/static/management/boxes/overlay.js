// Boxes drawn over a picture. Their places are shares of it, so that they stand right at any size.

import { h } from "../base/element.js";
import { Palette } from "./colours.js";

const TAG = 24; // pixels that the tag above a box takes; without them it goes inside

/** Corners in pixels of a picture → where the box stands, as CSS. */
export function place([x1, y1, x2, y2], { width, height }) {
  const share = (value, whole) => `${(value / whole) * 100}%`;
  return {
    left: share(x1, width),
    top: share(y1, height),
    width: share(x2 - x1, width),
    height: share(y2 - y1, height),
  };
}

/**
 * Draws `[{label, box: [x1, y1, x2, y2]}]` into a `.stage`, which holds the picture and nothing else.
 * `size` is `{width, height}` of the picture as the boxes count it. The events "light" and "select" tell
 * `detail`: the index of a box, or null.
 */
export class Overlay extends EventTarget {
  #resizing = new ResizeObserver(() => this.#placeTags());

  constructor(stage, size, palette = new Palette()) {
    super();
    Object.assign(this, { stage, size, palette, boxes: [], elements: [], lit: null, selected: null });
    this.#resizing.observe(stage);
  }

  draw(boxes) {
    for (const element of this.elements) element.remove();
    this.boxes = boxes;
    this.elements = boxes.map((one, index) => this.#make(one, index));
    this.stage.append(...this.elements);
    this.#placeTags();
    this.light(null);
    this.select(null);
  }

  light(index) {
    this.lit = index;
    this.#mark("hot", index);
    this.dispatchEvent(new CustomEvent("light", { detail: index }));
  }

  select(index) {
    this.selected = index;
    this.#mark("sel", index);
    this.dispatchEvent(new CustomEvent("select", { detail: index }));
  }

  /** Stops watching the picture's size. */
  leave() {
    this.#resizing.disconnect();
  }

  #make({ label, box }, index) {
    const { name, dashed } = this.palette.colourOf(label);
    const element = h(
      "button",
      {
        class: `box ${name}${dashed ? " dashed" : ""}`,
        type: "button",
        "aria-label": `${index + 1} ${label}`,
        style: place(box, this.size),
        onmouseenter: () => this.light(index),
        onmouseleave: () => this.light(null),
        onfocus: () => this.light(index),
        onblur: () => this.light(null),
        onclick: () => this.select(this.selected === index ? null : index),
      },
      h("span", { class: "lab" }, h("span", { class: "num" }, String(index + 1)), " ", h("span", {}, label)),
    );
    element.style.setProperty("--z", String(this.#rank(box)));
    return element;
  }

  /** The smaller the higher, so that what lies inside another box can be reached. */
  #rank(box) {
    return this.boxes.filter((other) => area(other.box) > area(box)).length;
  }

  #mark(kind, index) {
    this.elements.forEach((element, at) => element.classList.toggle(kind, at === index));
  }

  #placeTags() {
    const { clientHeight } = this.stage;
    this.elements.forEach((element, index) => {
      const above = (this.boxes[index].box[1] / this.size.height) * clientHeight;
      element.classList.toggle("in", above < TAG);
    });
  }
}

/** Rows of a list beside the picture: hover, focus and selection are the same on both. */
export function boxList(overlay, describe = () => null) {
  const rows = overlay.boxes.map(({ label }, index) =>
    h(
      "li",
      { onmouseenter: () => overlay.light(index), onmouseleave: () => overlay.light(null) },
      h(
        "button",
        {
          class: "box-row",
          type: "button",
          "aria-pressed": "false",
          onfocus: () => overlay.light(index),
          onblur: () => overlay.light(null),
          onclick: () => overlay.select(overlay.selected === index ? null : index),
        },
        h("span", { class: `sw ${overlay.palette.colourOf(label).name}` }, String(index + 1)),
        h("span", { class: "grow cut" }, label),
        describe(index),
      ),
    ),
  );
  overlay.addEventListener("light", ({ detail }) => rows.forEach((row, at) => row.classList.toggle("hot", at === detail)));
  overlay.addEventListener("select", ({ detail }) => {
    rows.forEach((row, at) => row.firstElementChild.setAttribute("aria-pressed", String(at === detail)));
    rows[detail]?.scrollIntoView({ block: "nearest" });
  });
  return h("ul", { class: "box-list" }, rows);
}

const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);
