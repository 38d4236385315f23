// What stands where a picture will be: how to begin.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";

/** `chooseFiles` and `chooseFolder` open the system's dialogs. */
export function emptyPlace(chooseFiles, chooseFolder) {
  return h(
    "div",
    { class: "begin" },
    icon("mark", "i-mark"),
    h("h2", {}, _("Start with a picture")),
    h("p", { class: "dim" }, _("Drop pictures or a folder anywhere on this page, paste one, or choose.")),
    h(
      "div",
      { class: "row acts" },
      h("button", { class: "btn primary", type: "button", onclick: chooseFiles }, icon("image"), _("Choose pictures")),
      h("button", { class: "btn", type: "button", onclick: chooseFolder }, icon("folder"), _("Choose a folder")),
    ),
    h("p", { class: "dim tiny" }, _("JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC")),
  );
}
