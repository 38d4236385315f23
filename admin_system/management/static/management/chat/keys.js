// What keys do on the whole page, and the list of them behind "?".

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;

/** `deeds`: search, begin, pictures, escape, copyLast, step(by); each may say false: not now. */
export function hearKeys(deeds) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const run = find(control, event.shiftKey, key, typing(event.target), deeds);
    if (run === undefined || run() === false) return;
    event.preventDefault();
  });
}

function find(control, shift, key, isTyping, deeds) {
  if (key === "escape") return deeds.escape;
  if (control && !shift && key === "k") return deeds.search;
  if (control && shift && key === "o") return deeds.begin;
  if (control && !shift && key === "u") return deeds.pictures;
  if (control && shift && key === "c") return deeds.copyLast;
  if (control || isTyping) return undefined;
  if (key === "[") return () => deeds.step(-1);
  if (key === "]") return () => deeds.step(1);
  return key === "?" ? showKeys : undefined;
}

const LIST = () => [
  [["Ctrl", "K"], _("Search conversations")],
  [["Ctrl", "Shift", "O"], _("New chat")],
  [["Enter"], _("Send")],
  [["Shift", "Enter"], _("New line")],
  [["Esc"], _("Stop generating, or close what is open")],
  [["Ctrl", "U"], _("Add pictures")],
  [["↑"], _("In an empty field: edit the last question")],
  [["Ctrl", "Shift", "C"], _("Copy the last answer")],
  [["[", "]"], _("Previous and next source")],
  [["?"], _("This list")],
];

export function showKeys() {
  const rows = LIST().map(([keys, words]) => [h("dt", {}, keys.map((key) => h("kbd", { class: "key" }, key))), h("dd", {}, words)]);
  const close = h("button", { class: "btn icon quiet s", type: "button", "aria-label": _("Close"), onclick: () => dialog.close() }, icon("x"));
  const title = _("Keyboard shortcuts");
  const head = h("div", { class: "row" }, h("h2", { class: "grow h3" }, title), close);
  const dialog = h("dialog", { class: "dialog keys", "aria-label": title }, head, h("dl", {}, rows));
  const before = document.activeElement;
  dialog.addEventListener("close", () => (dialog.remove(), before?.focus?.()));
  document.getElementById("app").append(dialog);
  dialog.showModal();
}
