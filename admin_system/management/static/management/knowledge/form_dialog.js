// A dialog with a few fields; it stays open until what it asks for has succeeded.

import { keepWritten } from "../base/dialog.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";

/**
 * `fields` are elements; `act()` does the deed and may throw an ApiError, which is shown and leaves
 * the dialog as it is. → what `act` returned, or null when somebody turned away.
 */
export function formDialog(title, fields, deed, act, { wide = false } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    let answer = null;
    const faults = h("div");
    const go = h("button", { class: "btn primary", type: "submit" }, deed);
    const form = h(
      "form",
      { class: "stack form-dialog" },
      h("h2", { class: "h3" }, title),
      fields,
      faults,
      h(
        "div",
        { class: "row dialog-acts" },
        h("button", { class: "btn", type: "button", onclick: () => dialog.close() }, _("Cancel")),
        go,
      ),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      faults.replaceChildren();
      try {
        answer = await act();
        dialog.close();
      } catch (error) {
        faults.replaceChildren(faultCard(error));
      } finally {
        go.disabled = false;
      }
    });
    const dialog = h("dialog", { class: `dialog ${wide ? "dialog--wide" : ""}`, "aria-label": title }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.();
      resolve(answer);
    });
    document.querySelector(".panels").append(dialog);
    dialog.showModal();
    keepWritten(dialog);
  });
}

let made = 0;

/** A field with its name above and what it means below. */
export function field(name, control, hint = null) {
  made += 1;
  const [id, told] = [`field-${made}`, `field-${made}-hint`];
  control.id = id;
  if (hint !== null) control.setAttribute("aria-describedby", told);
  return h("div", { class: "field" }, h("label", { for: id }, name), control, hint && h("span", { class: "tiny dim", id: told }, hint));
}

/** A switch with its name beside; `on` is read from its attribute `aria-checked`. */
export function toggle(name, on = false, onchange = () => {}) {
  const button = h("button", { class: "switch", type: "button", role: "switch", "aria-checked": String(on), "aria-label": name });
  button.addEventListener("click", () => {
    button.setAttribute("aria-checked", String(!isOn(button)));
    onchange(isOn(button));
  });
  return { button, element: h("span", { class: "o row" }, button, h("span", { onclick: () => button.click() }, name)) };
}

export const isOn = (button) => button.getAttribute("aria-checked") === "true";
