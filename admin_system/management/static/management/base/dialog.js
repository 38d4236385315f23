// Questions that need an answer before something is done.

import { h } from "./element.js";
import { _ } from "./words.js";

/** Asks before a deed that cannot be undone → whether to do it. The deed's name stands on its button. */
export function confirm(question, deed, { danger = true } = {}) {
  const look = danger ? "btn primary danger" : "btn primary";
  return ask(question, (close) => [
    h("button", { class: "btn", type: "button", onclick: () => close(false) }, _("Cancel")),
    h("button", { class: look, type: "button", onclick: () => close(true) }, deed),
  ], false);
}

/** Asks for one line of text → the text, or null. */
export function askText(question, value, deed) {
  const input = h("input", { class: "input", value, "aria-label": question, autofocus: true, maxlength: 200 });
  const result = ask(question, (close) => {
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) close(input.value.trim() || null);
    });
    return [
      h("button", { class: "btn", type: "button", onclick: () => close(null) }, _("Cancel")),
      h("button", { class: "btn primary", type: "button", onclick: () => close(input.value.trim() || null) }, deed),
    ];
  }, null, input);
  input.select();
  return result;
}

/**
 * Escape closes a dialog in which nothing was written; else it asks first.
 * Call it when the dialog is as it shall be found.
 */
export function keepWritten(dialog) {
  const first = written(dialog);
  // Not by `cancel`: browsers let a second Escape pass that without asking.
  dialog.addEventListener("keydown", async (event) => {
    if (event.key !== "Escape" || event.isComposing || written(dialog) === first) return;
    event.preventDefault();
    if (await confirm(_("Close without saving? What you have written here is lost."), _("Close"))) dialog.close();
  });
}

/** All that stands in the fields. */
const written = (dialog) => JSON.stringify([...dialog.querySelectorAll("input, select, textarea")].map((control) => control.value));

/** `makeButtons(close)` → the buttons; Escape answers `otherwise`. */
function ask(question, makeButtons, otherwise, ...content) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    let answer = otherwise;
    const close = (given) => {
      answer = given;
      dialog.close();
    };
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-label": question },
      h("p", {}, question),
      content,
      h("div", { class: "row dialog-acts" }, makeButtons(close)),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
      resolve(answer);
    });
    (document.getElementById("app") ?? document.querySelector(".panels") ?? document.body).append(dialog);
    dialog.showModal();
  });
}
