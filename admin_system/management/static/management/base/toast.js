// Says for a moment what has succeeded elsewhere; errors are never toasts.

import { h, icon } from "./element.js";
import { _ } from "./words.js";

const SHOWN = 6000; // milliseconds; stays while the pointer or the focus is on it

/** `undo`, if given, is what the button in it does. */
export function toast(text, undo = null) {
  const close = () => element.remove();
  const element = h(
    "div",
    { class: "toast" },
    icon("ok"),
    h("span", { class: "grow" }, text),
    undo && h("button", { class: "btn s quiet", type: "button", onclick: () => (close(), undo()) }, _("Undo")),
    h("button", { class: "btn s icon quiet", type: "button", "aria-label": _("Close"), onclick: close }, icon("x")),
  );
  let place = document.getElementById("toasts");
  if (place === null) {
    place = h("div", { id: "toasts", role: "status", "aria-live": "polite" });
    document.querySelector(".panels")?.append(place);
  }
  place.replaceChildren(element);
  const wait = () => setTimeout(() => (element.matches(":hover, :focus-within") ? wait() : close()), SHOWN);
  wait();
}
