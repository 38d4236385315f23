// Keys of the whole page, and the list of all of them.

import { h } from "../base/element.js";
import { _ } from "../base/words.js";

const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;

/** `deeds`: start, stop (→ whether anything ran), undo, redo, previous, next. */
export function listenToPage(deeds) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const { key, target } = event;
    const control = event.ctrlKey || event.metaKey;
    const run = (deed) => (event.preventDefault(), deed());
    if (control && key === "Enter") return run(deeds.start);
    if (key === "Escape" && document.querySelector("dialog[open], .menu") === null) return deeds.stop();
    if (typing(target)) return;
    if (control && key.toLowerCase() === "z") return run(event.shiftKey ? deeds.redo : deeds.undo);
    if (control && key.toLowerCase() === "y") return run(deeds.redo);
    if (key === "PageDown") return run(deeds.next);
    if (key === "PageUp") return run(deeds.previous);
    if (key === "?" && !control) return run(showKeys);
  });
}

export function hint() {
  const one = (keys, word) => h("span", {}, keys.map((key) => [h("kbd", { class: "key" }, key), " "]), word);
  return [one(["↑", "↓"], _("select")), one(["F2"], _("rename")), one(["Del"], _("delete")), one(["?"], _("keys"))];
}

function showKeys() {
  const rows = [
    ["Ctrl Enter", _("Start")],
    ["Esc", _("Stop, or close what is open")],
    ["PgUp, PgDn", _("Previous or next picture")],
    ["V, B, Space", _("Select, draw a box, move the picture")],
    ["+, −, 0", _("Zoom in, out, fit")],
    ["H", _("Show or hide the boxes")],
    ["Tab, ↑ ↓", _("Next or previous box")],
    ["← ↑ → ↓", _("Move the box by 1 px, with Shift by 10 px")],
    ["Alt ← ↑ → ↓", _("Resize the box")],
    ["F2", _("Name and corners of the box")],
    ["Del", _("Delete the box")],
    ["Ctrl Z, Ctrl Shift Z", _("Undo, redo")],
    ["Ctrl K", _("Search the sets")],
  ];
  const dialog = h(
    "dialog",
    { class: "dialog keys", "aria-label": _("Keys") },
    h("h2", { class: "h3" }, _("Keys")),
    h("dl", {}, rows.map(([keys, word]) => h("div", {}, h("dt", {}, keys), h("dd", {}, word)))),
    h("div", { class: "row dialog-acts" }, h("button", { class: "btn", type: "button", autofocus: true, onclick: () => dialog.close() }, _("Close"))),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.getElementById("app").append(dialog);
  dialog.showModal();
}
