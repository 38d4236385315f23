// Markdown while it is written: finished blocks stand still, only the last one is made again.

import { Builder } from "./build.js";
import { growCode } from "./code.js";
import { normalise, readBlocks } from "./parser.js";

const REST = 3; // after each drawing, so many times as long as it took is left to everything else
const FRAME = 16; // milliseconds
const HIDDEN = 200; // milliseconds between drawings where the browser draws no frames

/** A text that grows inside an element. */
export class LiveMarkdown {
  #text = "";
  #frozen = 0; // characters whose blocks stand for good
  #links = Object.create(null); // references among them
  #tail = []; // nodes of the last block
  #last = null; // its token
  #parts = []; // keys and nodes of its items or rows
  #cancel = null; // of the drawing that is planned
  #cost = 0; // milliseconds of the last drawing

  constructor(root, context) {
    this.root = root;
    this.builder = new Builder(context);
    this.ondraw = () => {};
  }

  get text() {
    return this.#text;
  }

  push(piece) {
    this.#text += normalise(piece);
    if (this.#cancel === null) this.#plan();
  }

  /** The text as it ends; draws what is left at once. */
  finish(text = this.#text) {
    this.leave();
    const whole = normalise(text);
    if (!whole.startsWith(this.#text.slice(0, this.#frozen))) this.#restart();
    this.#text = whole;
    this.#clearTail();
    this.#freeze(readBlocks(whole.slice(this.#frozen), { links: this.#links }));
    this.ondraw();
  }

  /** Plans nothing more. */
  leave() {
    this.#cancel?.();
    this.#cancel = null;
  }

  #plan() {
    const rest = this.#cost * REST;
    if (document.hidden) this.#wait(HIDDEN, () => this.#draw());
    else if (rest > FRAME) this.#wait(rest, () => this.#planFrame());
    else this.#planFrame();
  }

  #wait(milliseconds, then) {
    const timer = setTimeout(then, milliseconds);
    this.#cancel = () => clearTimeout(timer);
  }

  #planFrame() {
    const frame = requestAnimationFrame(() => this.#draw());
    this.#cancel = () => cancelAnimationFrame(frame);
  }

  #draw() {
    const began = performance.now();
    this.#cancel = null;
    const tokens = readBlocks(this.#text.slice(this.#frozen), { links: this.#links, open: true });
    let last = tokens.length - 1;
    while (last > 0 && tokens[last].type === "space") last -= 1;
    if (last > 0) {
      this.#clearTail();
      this.#freeze(tokens.slice(0, last));
    }
    if (last >= 0) this.#drawLast(tokens[last]);
    this.#cost = performance.now() - began;
    this.ondraw();
  }

  #freeze(tokens) {
    this.root.append(...this.builder.blocks(tokens));
    for (const token of tokens) {
      this.#frozen += token.raw.length;
      if (token.type === "def") this.#links[token.tag] ??= { href: token.href, title: token.title };
    }
  }

  #drawLast(token) {
    const same = this.#last?.type === token.type;
    const parts = this.builder.parts(token);
    if (same && token.type === "code" && growCode(this.#tail[0], token.text)) {
      this.#last = token;
      return;
    }
    if (!same || parts === null || this.#last.ordered !== token.ordered) {
      this.#clearTail();
      this.#tail = this.builder.blocks([parts === null ? token : parts.empty], { open: true });
      this.root.append(...this.#tail);
    }
    if (parts !== null) this.#grow(parts);
    this.#last = token;
  }

  /** Keeps the items of a list and the rows of a table that are as they were. */
  #grow({ keys, make }) {
    const place = this.#tail[0].querySelector("tbody") ?? this.#tail[0];
    keys.forEach((key, at) => {
      const known = this.#parts[at];
      if (known?.key === key) return;
      const node = make(at);
      if (known) known.node.replaceWith(node);
      else place.append(node);
      this.#parts[at] = { key, node };
    });
    for (const { node } of this.#parts.splice(keys.length)) node.remove();
  }

  #clearTail() {
    for (const node of this.#tail) node.remove();
    this.#tail = [];
    this.#last = null;
    this.#parts = [];
  }

  #restart() {
    this.#clearTail();
    this.root.replaceChildren();
    this.#frozen = 0;
    this.#links = Object.create(null);
  }
}

/** A whole text at once. */
export function showMarkdown(root, text, context) {
  new LiveMarkdown(root, context).finish(text);
}
