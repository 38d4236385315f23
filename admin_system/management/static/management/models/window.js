// A window over the page, for a task of its own.

import { keepWritten } from "../base/dialog.js";
import { h } from "../base/element.js";

/** `make(close)` → its content; what is written there is not lost without a question. The focus goes back where it was. */
export function openWindow(title, make) {
  const before = document.activeElement;
  const dialog = h("dialog", { class: "dialog mdl-window", "aria-label": title }, h("h2", {}, title));
  dialog.append(make(() => dialog.close()));
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  document.querySelector(".panels").append(dialog);
  dialog.showModal();
  keepWritten(dialog);
}
