// A picture as large as the window lets it be, with its boxes.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";
import { Overlay } from "../boxes/overlay.js";

export function enlarge(picture, name, boxes = [], palette = undefined) {
  const before = document.activeElement;
  const image = h("img", { src: picture.url, alt: name });
  const stage = h("div", { class: "stage" }, image);
  const close = h("button", { class: "btn icon", type: "button", "aria-label": _("Close"), title: _("Close"), onclick: () => dialog.close() }, icon("x"));
  const dialog = h("dialog", { class: "enlarged", "aria-label": name, onclick: (event) => event.target === dialog && dialog.close() }, stage, close);
  const ratio = picture.width / picture.height;
  if (ratio) stage.style.width = `min(100%, calc((100dvh - 64px) * ${ratio}))`;
  let overlay = null;
  if (boxes.length > 0) {
    overlay = new Overlay(stage, picture, palette);
    overlay.draw(boxes);
  }
  dialog.addEventListener("close", () => {
    overlay?.leave();
    dialog.remove();
    before?.focus?.();
  });
  document.getElementById("app").append(dialog);
  dialog.showModal();
}
