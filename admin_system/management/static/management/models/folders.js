// A model's folder is chosen below the allowed ones; what it holds is seen before it is added.

import { call } from "../base/api.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _, figure } from "../base/words.js";
import { bytes } from "../service/amounts.js";
import { needBar } from "./memory.js";
import { openWindow } from "./window.js";

/** `onChosen(path)` → a promise; the window closes when it is kept. */
export function chooseFolder(deed, onChosen) {
  openWindow(_("Choose a model's folder"), (close) => makePicker(deed, onChosen, close));
}

function makePicker(deed, onChosen, close) {
  const crumb = h("div", { class: "mdl-crumb" });
  const list = h("div", { class: "mdl-folders", role: "group", "aria-label": _("Folders") });
  const found = h("div", { role: "status" });
  const add = h("button", { class: "btn primary", type: "button", disabled: true }, deed);
  let chosen = null;

  async function open(path) {
    choose(null);
    try {
      const address = path === null ? "/api/service/folders" : `/api/service/folders?path=${encodeURIComponent(path)}`;
      const listing = await call("GET", address);
      showListing(listing);
    } catch (error) {
      list.replaceChildren(faultCard(error));
    }
  }

  function showListing({ path, parent, folders, cut }) {
    const up = h("button", { class: "btn s icon quiet", type: "button", "aria-label": _("One folder up"), title: _("One folder up"), onclick: () => open(parent) }, icon("up"));
    crumb.replaceChildren(...(path === null ? [h("span", { class: "dim" }, _("Allowed folders"))] : [up, h("code", {}, path)]));
    list.replaceChildren(
      ...folders.map((folder) => entry(folder)),
      ...(folders.length === 0 ? [h("p", {}, path === null ? _("No folder is allowed yet. The administrator names them in QWEN_VL_MODEL_DIRS.") : _("No folders in here."))] : []),
      ...(cut ? [h("p", {}, _("There are more folders than are listed."))] : []),
    );
    list.querySelector("button")?.focus();
  }

  function entry(folder) {
    const button = h(
      "button",
      { type: "button", "aria-pressed": "false" },
      icon(folder.is_model ? "cube" : "folder"),
      h("span", { class: "grow" }, folder.name),
      folder.is_model && h("span", { class: "tag plain acc" }, _("Model")),
    );
    button.addEventListener("click", () => (folder.is_model ? choose(folder, button) : open(folder.path)));
    return button;
  }

  async function choose(folder, button = null) {
    chosen = folder;
    add.disabled = true;
    for (const one of list.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", String(one === button));
    found.replaceChildren();
    if (folder === null) return;
    found.replaceChildren(h("p", { class: "dim" }, _("Looking into the folder")));
    try {
      const told = await call("POST", "/api/service/inspect", { json: { path: folder.path } });
      if (chosen !== folder) return;
      found.replaceChildren(told.fault === null ? showFindings(told) : faultCard(told.fault));
      add.disabled = told.fault !== null;
    } catch (error) {
      if (chosen === folder) found.replaceChildren(faultCard(error));
    }
  }

  add.addEventListener("click", async () => {
    add.disabled = true;
    try {
      await onChosen(chosen.path);
      close();
    } catch (error) {
      found.replaceChildren(faultCard(error));
    }
  });
  open(null);
  return h(
    "div",
    { class: "stack" },
    crumb,
    list,
    found,
    h("div", { class: "row dialog-acts" }, h("button", { class: "btn", type: "button", onclick: close }, _("Cancel")), add),
  );
}

/** Of an answer of inspect without a fault. */
export function showFindings(told) {
  const rows = [
    [_("Family"), told.family],
    [_("Quantisation"), told.quantization === "none" ? _("none, stored as {precision}", { precision: told.stored }) : told.quantization],
    [_("Size"), `${bytes(told.bytes)} · ${_("{count} million parameters", { count: figure(told.parameters / 1e6) })}`],
    [_("Context length"), figure(told.context_length)],
    [_("Pixels of a picture"), `${figure(told.pixels.min)} – ${figure(told.pixels.max)}`],
    [_("Would run"), _("in {precision}, {rows} requests at once of {length} tokens", { precision: told.forecast.precision, rows: told.forecast.rows, length: figure(told.forecast.length) })],
  ];
  return h("div", { class: "mdl-found" }, h("dl", { class: "small" }, rows.map(([word, value]) => [h("dt", {}, word), h("dd", {}, value)])), needBar(told.forecast, false));
}
