// Mouse, pen and fingers over a picture: what a press, a drag, a wheel and a pinch do.

import { h } from "../base/element.js";
import { moved, resized, spanned } from "./geometry.js";
import { place } from "./overlay.js";

const THRESHOLD = 4; // pixels before a press becomes a drag
const REACH = 12; // pixels round a handle that belong to it
const SMALL = 52; // pixels: a shorter side has handles at its corners only
const LEAST = 3; // pixels of the picture: a shorter drawing was a slip

/** One drag at a time; two fingers zoom. */
export class Gestures {
  #pointers = new Map();
  #drag = null;
  #pinch = null;
  panning = false; // while the space bar is held

  constructor(editor) {
    this.editor = editor;
    const { frame } = editor;
    frame.addEventListener("pointerdown", (event) => this.#press(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    frame.addEventListener("pointerup", (event) => this.#release(event));
    frame.addEventListener("pointercancel", (event) => this.#cancel(event));
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("dblclick", (event) => this.#doubleClick(event));
  }

  /** Gives up what is being dragged. → whether anything was. */
  abandon() {
    if (this.#drag === null) return false;
    this.#drag.ghost?.remove();
    this.#drag = null;
    this.editor.draw();
    return true;
  }

  #press(event) {
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.#pointers.size === 2) return this.#startPinch();
    if (event.button !== 0 && event.button !== 1) return;
    const { editor } = this;
    const at = editor.view.toPicture(event.clientX, event.clientY);
    this.#drag = { ...this.#find(event, at), begin: at, screen: [event.clientX, event.clientY], moved: false };
    if (this.#drag.kind === "move" && editor.selected !== this.#drag.index) editor.select(this.#drag.index);
    if (event.button === 1 || this.#drag.kind === "draw") event.preventDefault();
    if (event.target.closest(".box") === null) editor.frame.focus({ preventScroll: true });
    if (event.pointerType !== "touch" || this.#drag.kind !== "pan" || !editor.view.fitted) capture(editor.frame, event.pointerId);
  }

  /** What a drag from here would do. */
  #find(event, at) {
    const { editor } = this;
    if (event.button === 1 || this.panning || editor.tool === "pan") return { kind: "pan" };
    if (editor.tool === "draw") return { kind: "draw" };
    const handle = editor.selected === null ? null : this.#findHandle(at);
    if (handle !== null) return { kind: "resize", handle, index: editor.selected };
    const index = editor.elements.indexOf(event.target.closest(".box"));
    return index >= 0 ? { kind: "move", index } : { kind: "pan" };
  }

  /** By place, so that a handle is reached also where it stands outside its box. */
  #findHandle([x, y]) {
    const { editor } = this;
    const { scale } = editor.view;
    const [x1, y1, x2, y2] = editor.boxes[editor.selected].box;
    const near = (a, b) => Math.abs(a - b) * scale <= REACH;
    const [wide, high] = [(x2 - x1) * scale >= SMALL, (y2 - y1) * scale >= SMALL];
    const across = near(x, x1) ? "w" : near(x, x2) ? "e" : wide && near(x, (x1 + x2) / 2) ? "" : null;
    const down = near(y, y1) ? "n" : near(y, y2) ? "s" : high && near(y, (y1 + y2) / 2) ? "" : null;
    return across === null || down === null || across + down === "" ? null : down + across;
  }

  #move(event) {
    if (!this.#pointers.has(event.pointerId)) return this.#showCursor(event);
    this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.#pinch !== null) return this.#movePinch();
    const drag = this.#drag;
    if (drag === null) return;
    const [dx, dy] = [event.clientX - drag.screen[0], event.clientY - drag.screen[1]];
    if (!drag.moved && Math.hypot(dx, dy) < THRESHOLD) return;
    drag.moved = true;
    const { editor } = this;
    if (drag.kind === "pan") {
      editor.view.moveBy(dx, dy);
      drag.screen = [event.clientX, event.clientY];
      return;
    }
    drag.box = this.#boxAt(drag, editor.view.toPicture(event.clientX, event.clientY));
    if (drag.kind === "draw") this.#showGhost(drag);
    else editor.preview(drag.index, drag.box);
  }

  #boxAt({ kind, handle, index, begin }, [x, y]) {
    const { editor } = this;
    if (kind === "draw") return spanned(begin, [x, y], editor.size);
    const { box } = editor.boxes[index];
    if (kind === "resize") return resized(box, handle, x, y, editor.size);
    return moved(box, x - begin[0], y - begin[1], editor.size);
  }

  #showGhost(drag) {
    const { editor } = this;
    drag.ghost ??= editor.stage.appendChild(h("div", { class: `box ghost ${editor.palette.colourOf(editor.label).name}` }));
    Object.assign(drag.ghost.style, place(drag.box, editor.size));
  }

  #release(event) {
    this.#pointers.delete(event.pointerId);
    if (this.#pinch !== null) {
      if (this.#pointers.size < 2) this.#pinch = null;
      return;
    }
    const [drag, { editor }] = [this.#drag, this];
    this.#drag = null;
    if (drag === null) return;
    drag.ghost?.remove();
    if (drag.kind === "draw") return this.#finishDrawing(drag);
    if (drag.moved && drag.box !== undefined) editor.setBox(drag.index, drag.box);
    else if (!drag.moved && drag.kind === "pan" && !this.panning && editor.tool === "select") editor.select(null);
  }

  #finishDrawing({ box }) {
    if (box === undefined || box[2] - box[0] < LEAST || box[3] - box[1] < LEAST) return;
    this.editor.setTool("select");
    this.editor.add(box);
  }

  #cancel(event) {
    this.#pointers.delete(event.pointerId);
    this.#pinch = null;
    this.abandon();
  }

  #doubleClick(event) {
    const { selected, boxes, view } = this.editor;
    if (selected === null) return;
    const [x, y] = view.toPicture(event.clientX, event.clientY);
    const [x1, y1, x2, y2] = boxes[selected].box;
    if (x1 <= x && x <= x2 && y1 <= y && y <= y2) this.editor.dispatchEvent(new CustomEvent("rename", { detail: selected }));
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    if (event.shiftKey) return this.editor.view.moveBy(-(event.deltaX || event.deltaY) * lines, 0);
    this.editor.view.zoomAt(Math.exp((-event.deltaY * lines) / 400), [event.clientX, event.clientY]);
  }

  #startPinch() {
    this.abandon();
    this.#pinch = this.#spread();
  }

  #movePinch() {
    const [before, now] = [this.#pinch, this.#spread()];
    this.editor.view.moveBy(now.middle[0] - before.middle[0], now.middle[1] - before.middle[1]);
    if (before.distance > 0) this.editor.view.zoomAt(now.distance / before.distance, now.middle);
    this.#pinch = now;
  }

  #spread() {
    const [[ax, ay], [bx, by]] = [...this.#pointers.values()];
    return { middle: [(ax + bx) / 2, (ay + by) / 2], distance: Math.hypot(ax - bx, ay - by) };
  }

  #showCursor(event) {
    const { editor } = this;
    const at = editor.view.toPicture(event.clientX, event.clientY);
    const handle = editor.tool === "select" && editor.selected !== null && !this.panning ? this.#findHandle(at) : null;
    const cursors = { n: "ns", s: "ns", e: "ew", w: "ew", nw: "nwse", se: "nwse", ne: "nesw", sw: "nesw" };
    editor.frame.style.cursor = handle === null ? "" : `${cursors[handle]}-resize`;
    editor.frame.classList.toggle("on-handle", handle !== null);
  }
}

/** So that a drag goes on outside the frame; a pointer that is gone already is no fault. */
function capture(element, pointer) {
  try {
    element.setPointerCapture(pointer);
  } catch {
    // let go between the press and now
  }
}
