// The page of prompt templates: which one is open, and what is done to it.

import { call, each } from "../base/api.js";
import { confirm } from "../base/dialog.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toast } from "../base/toast.js";
import { _, language } from "../base/words.js";
import { makeEditor } from "./editor.js";
import { mayChange } from "./facts.js";
import { showList } from "./list.js";
import { makeTrial } from "./trial.js";
import { makeVersions } from "./versions.js";

const work = document.getElementById("work");
const adder = document.getElementById("new-template");
let rows = [];

/** Loads the list again, and opens one of it. */
async function refresh(slug = null) {
  rows = [];
  try {
    for await (const row of each("/api/templates")) rows.push(row);
  } catch (error) {
    work.replaceChildren(faultCard(error));
    return;
  }
  const row = rows.find((one) => one.slug === slug) ?? rows[0];
  if (row === undefined) {
    showList(rows, null, open);
    if (mayChange) begin();
  } else open(row);
}

function open(row) {
  showList(rows, row.slug, open);
  const editor = makeEditor(row, {
    save: ({ name, text }) => change(row, { name, text }, _("Saved")),
    makeDefault: (on) => change(row, { is_default: on }, on ? _("This template is now the default") : _("There is no default any more")),
    remove: () => remove(row),
  });
  const restore = (version) => attempt(async () => {
    await call("POST", `/api/templates/${row.slug}/restore`, { json: { version } });
    await refresh(row.slug);
    toast(_("Version {number} is in use again", { number: version }));
  });
  work.replaceChildren(editor.element, ...(mayChange ? [makeTrial(editor.read), makeVersions(row, restore)] : []));
}

function begin() {
  showList(rows, null, open);
  const blank = { slug: "", name: "", kind: "chat", language: language() === "en" ? "en" : "zh", text: "", version: 1 };
  const editor = makeEditor(blank, { save: create });
  let trial = makeTrial(editor.read);
  work.replaceChildren(editor.element, trial);
  editor.element.addEventListener("change", (event) => {
    if (event.target.tagName !== "SELECT") return;
    const next = makeTrial(editor.read);
    trial.replaceWith(next);
    trial = next;
  });
  editor.element.querySelector("input").focus();
}

function create(fields) {
  return attempt(async () => {
    const made = await call("POST", "/api/templates", { json: fields });
    await refresh(made.slug);
    toast(_("The template {name} is made", { name: made.name }));
  });
}

function change(row, fields, told) {
  return attempt(async () => {
    await call("PATCH", `/api/templates/${row.slug}`, { json: fields });
    await refresh(row.slug);
    toast(told);
  });
}

async function remove(row) {
  const question = _("Delete the template “{name}” with all its versions? This cannot be undone.", { name: row.name });
  if (!(await confirm(question, _("Delete")))) return;
  await attempt(async () => {
    await call("DELETE", `/api/templates/${row.slug}`);
    await refresh();
    toast(_("The template {name} is deleted", { name: row.name }));
  });
}

/** A fault is told beside the fields; what was typed stays. */
async function attempt(deed) {
  const place = document.getElementById("editor-fault");
  place?.replaceChildren();
  try {
    await deed();
  } catch (error) {
    (place ?? work).replaceChildren(faultCard(error));
  }
}

adder.hidden = !mayChange;
adder.addEventListener("click", begin);
refresh(location.hash.slice(1) || null);
