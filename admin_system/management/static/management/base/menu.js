// A menu that opens at a button: arrows move in it, Escape and a click elsewhere close it.

import { h, icon } from "./element.js";

let close = () => {};

/**
 * `items`: `{text, icon, note, chosen, danger, run}`, `{title}` for a heading, null for a line.
 * With `chosen` given, the items are choices of which one holds.
 */
export function openMenu(anchor, items, label) {
  close();
  const menu = h("div", { class: "menu floating", role: "menu", "aria-label": label, onkeydown: move }, items.map(makeItem));
  (document.getElementById("app") ?? document.body).append(menu);
  placeAt(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  const away = new AbortController();
  close = () => {
    close = () => {};
    away.abort();
    anchor.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement)) anchor.focus();
    menu.remove();
  };
  document.addEventListener("pointerdown", (event) => menu.contains(event.target) || anchor.contains(event.target) || close(), { signal: away.signal });
  addEventListener("resize", () => close(), { signal: away.signal });
  (menu.querySelector('[aria-checked="true"]') ?? menu.querySelector("button"))?.focus();
}

/** Opens it, or closes it where it is open. */
export function toggleMenu(anchor, items, label) {
  if (anchor.getAttribute("aria-expanded") === "true") close();
  else openMenu(anchor, items, label);
}

function makeItem(item) {
  if (item === null) return h("hr");
  if (item.title !== undefined) return h("h3", {}, item.title);
  const choice = item.chosen !== undefined;
  return h(
    "button",
    {
      type: "button",
      role: choice ? "menuitemradio" : "menuitem",
      "aria-checked": choice ? String(item.chosen) : null,
      class: item.danger ? "danger" : null,
      onclick: () => (close(), item.run()),
    },
    choice ? h("span", { class: "tick" }, item.chosen && icon("ok", "i-s")) : item.icon && icon(item.icon),
    h("span", { class: "grow cut" }, item.text),
    item.note && h("small", {}, item.note),
  );
}

function move(event) {
  const items = [...event.currentTarget.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 };
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key in steps) {
    event.preventDefault();
    items[steps[event.key] % items.length].focus();
  }
}

/** Below the button, or above it where there is more room. */
function placeAt(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + 4 + height <= innerHeight || at.top < innerHeight - at.bottom;
  const top = below ? at.bottom + 4 : at.top - 4 - height;
  Object.assign(menu.style, {
    left: `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`,
    top: `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`,
  });
}
