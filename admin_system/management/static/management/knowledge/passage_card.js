// A passage: read, written anew, switched off and on; searches see the change at once.

import { call } from "../base/api.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toast } from "../base/toast.js";
import { _ } from "../base/words.js";
import { placeOf } from "./places.js";

const LONGEST = 4000; // characters, as the server has it

/**
 * → {element, show(passage)}. `mayChange` draws the buttons; `changed(passage)` hears of changes;
 * `title` is an element that stands at its head instead of its place in the document.
 */
export function passageCard(passage, { mayChange = false, changed = () => {}, title = null } = {}) {
  let shown = passage;
  const faults = h("div");
  const body = h("div", { class: "passage__body" });
  const acts = h("span", { class: "row" });
  const marks = h("span", { class: "row" });
  const head = h("header", { class: "row" }, h("span", { class: "grow where" }, title ?? (placeOf(passage) || _("Passage {id}", { id: passage.id }))), marks, acts);
  const element = h("article", { class: "passage", dataset: { id: passage.id } }, head, body, faults);

  async function change(json, told) {
    try {
      shown = await call("PATCH", `/api/passages/${shown.id}`, { json });
    } catch (error) {
      faults.replaceChildren(faultCard(error));
      return false;
    }
    faults.replaceChildren();
    read();
    changed(shown);
    toast(told);
    return true;
  }

  function read() {
    element.classList.toggle("passage--off", !shown.enabled);
    marks.replaceChildren(
      ...[
        shown.edited && h("span", { class: "tag plain" }, _("Edited")),
        !shown.enabled && h("span", { class: "tag off" }, _("Switched off")),
      ].filter(Boolean),
    );
    body.replaceChildren(h("p", { class: "passage__text" }, shown.content), pictures(shown));
    acts.replaceChildren(
      ...(mayChange
        ? [
            h("button", { class: "btn s quiet", type: "button", onclick: write }, icon("edit"), _("Edit")),
            h("button", { class: "btn s quiet", type: "button", onclick: toggle }, shown.enabled ? _("Switch off") : _("Switch on")),
          ]
        : []),
    );
  }

  function toggle() {
    return shown.enabled
      ? change({ enabled: false }, _("Switched off: no search finds it any more."))
      : change({ enabled: true }, _("Switched on: searches find it again."));
  }

  function write() {
    const text = h("textarea", { class: "input input--text", rows: 8, maxlength: LONGEST, "aria-label": _("Text of the passage") });
    text.value = shown.content;
    const save = h("button", { class: "btn s primary", type: "button" }, _("Save"));
    save.addEventListener("click", async () => {
      save.disabled = true;
      const done = await change({ text: text.value }, _("Saved: searches find the new words."));
      save.disabled = false;
      if (!done) text.focus();
    });
    const leave = h("button", { class: "btn s", type: "button", onclick: () => (faults.replaceChildren(), read()) }, _("Cancel"));
    text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave.click();
    });
    acts.replaceChildren();
    body.replaceChildren(text, h("div", { class: "row" }, save, leave, h("span", { class: "tiny dim" }, _("It is embedded again when it is saved."))));
    text.focus();
  }
  read();
  return { element };
}

function pictures({ pictures: found }) {
  return h(
    "div",
    { class: "passage__pictures" },
    (found ?? []).map(({ url, words, width, height }) => h("img", { src: url, alt: words, width, height, loading: "lazy" })),
  );
}
