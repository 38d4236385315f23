// Beside the form of a model: what stands in the folder, and what the fields would change.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";
import { chooseFolder, showFindings } from "./folders.js";

const PAUSE = 400; // milliseconds without a change, after which the folder is looked into
const place = document.getElementById("model-look");
const found = document.getElementById("model-found");
const field = (name) => document.getElementById(`id_${name}`);
const path = field("path");
const numbers = ["context_length", "max_batch"];
const words = ["precision", "device", "visual_device", "int4_backend"];
let waiting = 0;
let last = "";

function read() {
  const asked = {};
  const stored = place.dataset.path ?? null;
  if (stored !== null && path.value.trim() === stored) asked.model = place.dataset.model;
  else asked.path = path.value.trim();
  for (const name of words) if (field(name)?.value) asked[name] = field(name).value;
  for (const name of numbers) if (Number(field(name)?.value) > 0) asked[name] = Number(field(name).value);
  return asked;
}

async function look() {
  place.hidden = field("kind")?.value !== "local" && field("kind") !== null;
  if (place.hidden) return;
  const asked = read();
  const now = JSON.stringify(asked);
  if (now === last) return;
  last = now;
  if (asked.model === undefined && asked.path === "") {
    found.replaceChildren(h("p", { class: "dim" }, _("Family, quantisation and memory are found by themselves once a folder is chosen.")));
    return;
  }
  try {
    const told = await call("POST", "/api/service/inspect", { json: asked });
    if (now === last) found.replaceChildren(told.fault === null ? showFindings(told) : faultCard(told.fault));
  } catch (error) {
    if (now === last) found.replaceChildren(faultCard(error));
  }
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
}

if (place !== null && path !== null) {
  for (const name of ["path", "kind", ...words, ...numbers]) {
    field(name)?.addEventListener("input", soon);
    field(name)?.addEventListener("change", soon);
  }
  document.getElementById("choose-folder").addEventListener("click", () =>
    chooseFolder(_("Use this folder"), async (chosen) => {
      path.value = chosen;
      path.dispatchEvent(new Event("input", { bubbles: true }));
      const name = field("name");
      if (name !== null && name.value === "") name.value = chosen.split(/[\\/]/).pop().replaceAll(/[^A-Za-z0-9._-]+/g, "-");
    }),
  );
  look();
}
