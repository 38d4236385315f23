// The tools over the picture: choose, draw, move; zoom; undo; show and hide.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";

/** Fills `place` for an editor. */
export class Toolbar {
  constructor(place, editor) {
    const tool = (word, picture, run, props = {}) => h("button", { class: "btn icon quiet s", type: "button", "aria-label": word, title: word, onclick: run, ...props }, icon(picture));
    const choice = (word, picture, name) => tool(word, picture, () => editor.setTool(name), { "aria-pressed": "false", dataset: { tool: name } });
    this.editor = editor;
    this.choices = [choice(_("Select (V)"), "cursor", "select"), choice(_("Draw a box (B)"), "boxplus", "draw"), choice(_("Move the picture (Space)"), "hand", "pan")];
    this.percent = h("span", { class: "num small dim percent" });
    this.undo = tool(_("Undo (Ctrl Z)"), "undo", () => editor.undo());
    this.redo = tool(_("Redo (Ctrl Shift Z)"), "redo", () => editor.redo());
    this.name = h("span", { class: "dim tiny mono cut name only-l" });
    this.saved = h("span", { class: "dim tiny nowrap saved only-l", role: "status" });
    this.eye = tool(_("Show or hide the boxes (H)"), "eye", () => editor.setHidden(!editor.hidden), { "aria-pressed": "true" });
    this.remove = tool(_("Remove the picture from the set"), "trash", () => place.dispatchEvent(new CustomEvent("remove-picture")));
    place.replaceChildren(
      ...this.choices, h("span", { class: "sep only-l" }),
      tool(_("Zoom out (-)"), "minus", () => editor.view.zoomOut()), this.percent,
      tool(_("Zoom in (+)"), "plus", () => editor.view.zoomIn()), tool(_("Fit (0)"), "fit", () => editor.view.fit(), { class: "btn icon quiet s only-l" }),
      h("span", { class: "sep only-l" }), this.undo, this.redo, h("span", { class: "grow" }), this.saved, this.name, this.eye, this.remove,
    );
    editor.addEventListener("tool", () => this.draw());
    editor.addEventListener("change", () => this.draw());
    editor.addEventListener("zoom", ({ detail }) => (this.percent.textContent = `${Math.round(detail * 100)}%`));
  }

  draw(picture = this.picture) {
    const { editor } = this;
    this.picture = picture;
    for (const choice of this.choices) choice.setAttribute("aria-pressed", String(choice.dataset.tool === editor.tool));
    this.eye.setAttribute("aria-pressed", String(!editor.hidden));
    this.undo.disabled = !editor.history.canUndo;
    this.redo.disabled = !editor.history.canRedo;
    if (picture) this.name.textContent = `${picture.name} · ${picture.width} × ${picture.height}`;
  }

  say(word) {
    this.saved.textContent = word;
  }
}
