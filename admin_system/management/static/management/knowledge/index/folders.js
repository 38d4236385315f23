// The folder of an embedding model, chosen below the folders that are allowed.

import { call } from "../../base/api.js";
import { h, icon } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { _ } from "../../base/words.js";

/** Writes what is chosen into `input`. */
export function folderBrowser(input) {
  const crumb = h("div", { class: "row small" });
  const list = h("div", { class: "browser__list", role: "group", "aria-label": _("Folders") });

  async function open(path) {
    try {
      const query = path === null ? "" : `?${new URLSearchParams({ path })}`;
      draw(await call("GET", `/api/service/folders${query}`));
    } catch (error) {
      list.replaceChildren(faultCard(error));
    }
  }

  function draw({ path, parent, folders }) {
    const up = h("button", { class: "btn s icon quiet", type: "button", "aria-label": _("One folder up"), onclick: () => open(parent) }, icon("up"));
    crumb.replaceChildren(...(path === null ? [h("span", { class: "dim" }, _("Allowed folders"))] : [up, h("code", { class: "cut" }, path)]));
    const none = path === null ? _("No folder is allowed yet. The administrator names them in QWEN_VL_MODEL_DIRS.") : _("No folders in here.");
    list.replaceChildren(...(folders.length ? folders.map(entry) : [h("p", { class: "small dim" }, none)]));
  }

  function entry(folder) {
    const act = () => (folder.is_model ? choose(folder) : open(folder.path));
    return h(
      "button",
      { type: "button", onclick: act },
      icon(folder.is_model ? "layers" : "folder"),
      h("span", { class: "grow cut" }, folder.name),
      folder.is_model && h("span", { class: "tag plain acc" }, _("Model")),
    );
  }

  function choose({ path }) {
    input.value = path;
    input.focus();
  }
  open(null);
  return h("div", { class: "browser" }, crumb, list);
}
