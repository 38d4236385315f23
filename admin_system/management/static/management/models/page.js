// The page of models: asks how everything is, more often while something is on its way.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toast } from "../base/toast.js";
import { _, figure } from "../base/words.js";
import { askForDownload, showDownloads } from "./downloads.js";
import { chooseFolder } from "./folders.js";
import { deviceCard } from "./memory.js";
import { ModelRow } from "./rows.js";

const IDLE = 4000; // milliseconds between two questions while nothing changes
const BUSY = 600;
const PATIENCE = 30000; // after the server did not answer, at most
const place = document.getElementById("models");
const mayChange = "mayChange" in place.dataset;
const list = document.getElementById("rows");
const fault = document.getElementById("page-fault");
const rows = new Map();
let serving = null;
let machine = null; // the last answer of /api/status
let filter = "all";
let wake = () => {};

function tell(error) {
  fault.replaceChildren(faultCard(error, h("button", { class: "btn s", type: "button", onclick: () => fault.replaceChildren() }, _("Close"))));
}

function showModels(data) {
  for (const one of data) {
    if (!rows.has(one.name)) {
      const row = new ModelRow(hurry, tell, showDevices);
      rows.set(one.name, row);
      row.show(one);
      row.look();
    } else rows.get(one.name).show(one);
  }
  for (const name of rows.keys()) if (!data.some((one) => one.name === name)) rows.delete(name);
  const wanted = data.map((one) => rows.get(one.name)).filter((row) => filter === "all" || row.loaded === (filter === "ready"));
  const elements = wanted.map((row) => row.element);
  if (elements.length !== list.children.length || elements.some((element, at) => element !== list.children[at])) list.replaceChildren(...elements);
  if (elements.length === 0) list.replaceChildren(h("p", { class: "mrow dim" }, _("No model here")));
  document.getElementById("count").textContent = figure(data.length);
  const ready = data.find((one) => one.state === "ready")?.name ?? null;
  if (ready !== serving) {
    serving = ready; // what is free has changed
    for (const row of rows.values()) row.look();
  }
}

function showDevices() {
  if (machine === null) return;
  const { gpus, system, engine } = machine;
  const all = [...rows.values()];
  const on = (row, device) => row?.forecast?.devices.find((one) => one.device === device) ?? null;
  const ready = all.find((row) => row.loaded);
  const coming = all.find((row) => row.loading);
  const cards = gpus.map((gpu) => ({
    device: `cuda:${gpu.index}`,
    name: gpu.name,
    details: [gpu.temperature !== null && `${gpu.temperature}\u00a0°C`, gpu.power !== null && `${Math.round(gpu.power)}\u00a0W`].filter(Boolean).join(" · "),
    total: gpu.memory_total,
    used: gpu.memory_used,
  }));
  if (gpus.length === 0 || on(ready, "cpu") || on(coming, "cpu")) {
    const details = _("{count} processor cores, no graphics card in use", { count: system.cpu_cores });
    cards.push({ device: "cpu", name: _("Main memory"), details: gpus.length === 0 ? details : "", total: system.memory.total, used: system.memory.used });
  }
  const made = cards.map((card) => deviceCard(card, on(ready, card.device), on(coming, card.device), engine?.cache_bytes ?? null));
  document.getElementById("devices").replaceChildren(...made);
}

async function look() {
  const asked = [call("GET", "/api/service/models"), call("GET", "/api/status"), call("GET", "/api/service/downloads")];
  const [{ data }, status, downloads] = await Promise.all(asked);
  machine = status;
  showModels(data);
  showDevices();
  const fetching = showDownloads(downloads.data, hurry, tell);
  list.setAttribute("aria-busy", "false");
  return fetching || [...rows.values()].some((row) => row.loading);
}

function hurry() {
  dispatchEvent(new Event("model-change")); // the frame of the page tells the state, too
  wake();
}

function sleep(milliseconds) {
  return new Promise((resume) => {
    const timer = setTimeout(resume, milliseconds);
    wake = () => (clearTimeout(timer), resume());
  });
}

async function follow() {
  let pause = IDLE;
  for (;;) {
    if (document.hidden) {
      await new Promise((resume) => document.addEventListener("visibilitychange", resume, { once: true }));
      continue;
    }
    try {
      pause = (await look()) ? BUSY : IDLE;
    } catch (error) {
      if (error.status === 401 || error.status === 403) return tell(error);
      pause = Math.min(pause * 2, PATIENCE); // the server restarts, or is gone
    }
    await sleep(pause);
  }
}

for (const button of document.querySelectorAll("#shown button")) {
  button.addEventListener("click", () => {
    filter = button.value;
    for (const one of document.querySelectorAll("#shown button")) one.setAttribute("aria-pressed", String(one === button));
    hurry();
  });
}
if (mayChange) {
  for (const id of ["download", "add-folder"]) document.getElementById(id).disabled = false;
  document.getElementById("download").addEventListener("click", () => askForDownload(hurry));
  document.getElementById("add-folder").addEventListener("click", () =>
    chooseFolder(_("Add model"), async (path) => {
      const made = await call("POST", "/api/service/models", { json: { path } });
      toast(_("The model {name} is configured", { name: made.name }));
      hurry();
    }),
  );
}
follow();
