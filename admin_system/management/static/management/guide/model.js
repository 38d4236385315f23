// The model's step of the guide: a folder or the demonstration, loaded here and now.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";
import { chooseFolder } from "../models/folders.js";

const PAUSE = 500; // milliseconds between two questions while it loads
const told = document.getElementById("guide-model");
const folder = document.getElementById("take-folder");
const demo = document.getElementById("take-demo");

async function take(button, name) {
  for (const one of [folder, demo]) one.setAttribute("aria-pressed", String(one === button));
  try {
    const { data } = await call("GET", "/api/service/models");
    const row = data.find((one) => one.name === name);
    if (row?.state !== "ready" || !row.current) {
      await call("POST", "/api/service/load", { json: { model: name, make_current: true } });
    }
    await follow(name);
  } catch (error) {
    told.replaceChildren(faultCard(error));
  }
}

async function follow(name) {
  for (;;) {
    const { data } = await call("GET", "/api/service/models");
    const row = data.find((one) => one.name === name);
    if (row.state === "ready" && row.current) {
      told.replaceChildren(h("p", { class: "tag ok" }, _("{model} is ready", { model: name })));
      return;
    }
    if (row.state === "failed") {
      told.replaceChildren(faultCard(row.error));
      return;
    }
    if (row.stage !== null) showProgress(row);
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
}

function showProgress(row) {
  const percent = Math.round(row.progress * 100);
  told.replaceChildren(
    h(
      "div",
      { class: "guide-load" },
      h("div", { class: "row small" }, h("span", { class: "grow" }, `${row.name} · ${row.stage.message}`), h("span", { class: "num mid" }, `${percent}%`)),
      h("div", { class: "bar", role: "progressbar", "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": row.stage.message }, h("i", { style: { width: `${percent}%` } })),
    ),
  );
}

demo.addEventListener("click", () => take(demo, demo.dataset.model));
folder.addEventListener("click", () =>
  chooseFolder(_("Use this folder"), async (path) => {
    const made = await call("POST", "/api/service/models", { json: { path } });
    take(folder, made.name);
  }),
);
for (const button of [folder, demo]) button.disabled = false; // from now on they are heard
