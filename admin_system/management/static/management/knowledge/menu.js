// A menu behind a button: opened by click or key, left by Escape, by a choice, or by looking away.

import { h, icon } from "../base/element.js";

let open = null;

function close(focus = true) {
  if (open === null) return;
  const { menu, button } = open;
  open = null;
  menu.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
}

function stand(menu, button) {
  const place = button.getBoundingClientRect();
  const above = place.bottom + menu.offsetHeight + 8 > innerHeight;
  menu.style.top = `${(above ? place.top - menu.offsetHeight - 4 : place.bottom + 4) + scrollY}px`;
  menu.style.left = `${Math.max(8, Math.min(place.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8)) + scrollX}px`;
}

/** `items()` → [{word, icon, act, href, danger}] at the moment it opens; null is a line between. */
export function menuButton(label, items) {
  const button = h("button", {
    class: "btn icon quiet s", type: "button", title: label, "aria-label": label,
    "aria-haspopup": "menu", "aria-expanded": "false",
    onclick: () => (open?.button === button ? close() : unfold()),
  }, icon("more"));

  function unfold() {
    close(false);
    const entries = items().map((item) => {
      if (item === null) return h("hr", { role: "none" });
      const look = { role: "menuitem", class: item.danger ? "danger" : false };
      if (item.href) return h("a", { ...look, href: item.href, download: item.download ?? false, onclick: () => close(false) }, icon(item.icon), item.word);
      return h("button", { ...look, type: "button", onclick: () => (close(), item.act()) }, icon(item.icon), item.word);
    });
    const menu = h("div", { class: "menu menu--free", role: "menu", "aria-label": label }, entries);
    menu.addEventListener("keydown", (event) => {
      const choices = [...menu.querySelectorAll("[role=menuitem]")];
      const at = choices.indexOf(document.activeElement);
      const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 }[event.key];
      if (event.key === "Escape" || event.key === "Tab") close();
      else if (goal !== undefined) choices.at(goal % choices.length).focus();
      else return;
      event.preventDefault();
    });
    document.querySelector(".panels").append(menu);
    open = { menu, button };
    button.setAttribute("aria-expanded", "true");
    stand(menu, button);
    menu.querySelector("[role=menuitem]").focus();
  }
  return button;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) close(false);
});
addEventListener("resize", () => close(false));
