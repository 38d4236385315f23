// One template: its fields, checked by the server while they are written.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { _ } from "../base/words.js";
import { kindOf, kinds, languages, languageOf, longest, mayChange, meanings } from "./facts.js";

const PAUSE = 300; // milliseconds without a key, after which the text is checked

/**
 * `row` has no slug while it is new; `deeds` are {save(fields), remove(), makeDefault(on)}.
 * → {element, read()}, where read() gives the fields as they stand.
 */
export function makeEditor(row, deeds) {
  const isNew = row.slug === "";
  const note = h("p", { class: "tpl-note", id: "check", role: "status" });
  const name = h("input", { class: "input", value: row.name, maxlength: 100, required: true, disabled: !mayChange });
  const slug = h("input", { class: "input mono", value: row.slug, maxlength: 60, disabled: !isNew, spellcheck: "false", autocapitalize: "none" });
  const kind = select(kinds, row.kind, !isNew);
  const language = select(languages, row.language, !isNew);
  const text = h("textarea", { class: "input", maxlength: longest, spellcheck: "false", "aria-describedby": "check", disabled: !mayChange });
  text.value = row.text;
  const variables = h("div", { class: "tpl-vars", role: "group", "aria-label": _("Variables") });
  const save = h("button", { class: "btn primary", type: "submit" }, isNew ? _("Create") : _("Save"));
  let waiting = 0;

  function read() {
    return { slug: slug.value.trim(), name: name.value.trim(), kind: kind.value, language: language.value, text: text.value };
  }

  function tell(message, bad) {
    note.textContent = message;
    note.classList.toggle("bad", bad);
    text.setAttribute("aria-invalid", String(bad));
    save.disabled = bad;
  }

  async function check() {
    if (text.value.trim() === "") return tell("", false);
    const asked = text.value;
    try {
      const { variables: found, fault } = await call("POST", "/api/templates/check", { json: { kind: kind.value, text: asked } });
      if (asked !== text.value) return;
      if (fault !== null) return tell(fault.message, true);
      const names = found.map((one) => `{${one}}`).join(" ");
      tell(found.length ? _("In order. Variables: {names}", { names }) : _("In order. No variables: the text is used as it stands."), false);
    } catch (error) {
      if (asked === text.value) tell(error.message, true);
    }
  }

  function offer() {
    variables.replaceChildren(
      ...kindOf(kind.value).variables.map((one) =>
        h("button", { type: "button", class: "chip", title: meanings[one], "aria-label": `{${one}} ${meanings[one]}`, disabled: !mayChange, onclick: () => insert(`{${one}}`) }, `{${one}}`),
      ),
    );
  }

  function insert(word) {
    text.setRangeText(word, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input"));
  }

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE);
  });
  kind.addEventListener("change", () => (offer(), check()));
  offer();
  check();

  const submit = (event) => {
    event.preventDefault();
    deeds.save(read(), save);
  };
  const element = h(
    "section",
    { class: "card", "aria-label": isNew ? _("New template") : row.name },
    h(
      "header",
      {},
      h("h2", { class: "grow" }, isNew ? _("New template") : row.name),
      !isNew && h("span", { class: "dim small num" }, _("Version {number}", { number: row.version })),
    ),
    h(
      "form",
      { class: "tpl-form", onsubmit: submit },
      h("div", { class: "tpl-pair" }, labelled(_("Name"), name), labelled(_("Identifier in requests"), slug)),
      h("div", { class: "tpl-pair" }, labelled(_("Kind"), kind), labelled(_("Language"), language)),
      labelled(_("Text"), text),
      variables,
      note,
      h("div", { id: "editor-fault" }),
      mayChange && h("div", { class: "tpl-acts" }, save, !isNew && defaultSwitch(row, deeds), h("span", { class: "grow" }), !isNew && h("button", { class: "btn danger", type: "button", onclick: deeds.remove }, _("Delete"))),
    ),
  );
  return { element, read, text };
}

function defaultSwitch(row, deeds) {
  const about = _("Default for {kind}, {language}", { kind: kindOf(row.kind).word, language: languageOf(row.language).word });
  const label = h("span", { id: "default-word" }, about);
  const button = h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(row.is_default), "aria-labelledby": "default-word", onclick: () => deeds.makeDefault(!row.is_default) });
  label.addEventListener("click", () => button.click());
  return h("span", { class: "tpl-switch" }, button, label);
}

function select(choices, value, fixed) {
  const options = choices.map((one) => h("option", { value: one.value, selected: one.value === value }, one.word));
  return h("select", { class: "input", disabled: fixed || !mayChange }, options);
}

/** A label over its field. */
export function labelled(word, field) {
  return h("label", { class: "field" }, h("span", {}, word), field);
}
