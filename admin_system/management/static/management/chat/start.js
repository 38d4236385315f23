// What stands where no conversation is yet: a beginning, or why there can be none right now.

import { h, icon } from "../base/element.js";
import { modelLink } from "../base/model.js";
import { _, figure } from "../base/words.js";
import { sampleCards } from "./samples.js";

const GIGABYTE = 1e9;

export class Start {
  #key = "";

  constructor(ask) {
    this.hero = document.getElementById("hero");
    this.samples = document.getElementById("samples");
    document.getElementById("starts").append(...sampleCards(ask));
  }

  /** `status` is the answer of /api/status, or null before it is known. */
  show(visible, status) {
    const state = status === null ? "ok" : status.status;
    this.hero.hidden = !visible;
    this.samples.hidden = !visible || state !== "ok";
    if (!visible) return;
    const key = JSON.stringify([state, status?.model?.progress, status?.model?.stage, status?.model?.error]);
    if (key === this.#key) return;
    this.#key = key;
    this.hero.replaceChildren(icon("mark", "mark"), ...(SCENES[state] ?? SCENES.ok)(status));
  }
}

const words = (heading, text) => [h("h2", {}, heading), h("p", {}, text)];

const SCENES = {
  ok: () => words(_("Start with a picture"), _("Drop, paste or choose a picture, then ask as you would ask a colleague.")),
  loading: ({ model }) => [
    ...words(_("The model is loading"), _("No need to wait: send your question now, it is answered as soon as the model is ready.")),
    loadPanel(model),
  ],
  stopped: () => [...words(_("No model is available right now"), _("Your conversations can be read and searched; answers come once a model is loaded.")), ...modelLink("btn primary")],
  degraded: ({ model }) =>
    model?.serving ? SCENES.ok() : [...words(_("No model is available right now"), model?.error?.message ?? _("It could not be loaded.")), ...modelLink("btn primary")],
  unreachable: () => words(_("The server does not answer"), _("The page tries again by itself. What you have written stays here.")),
};

function loadPanel(model) {
  const share = model?.progress == null ? null : Math.round(model.progress * 100);
  const bytes = model?.bytes_total ? `${figure(model.bytes_done / GIGABYTE, 1)} / ${figure(model.bytes_total / GIGABYTE, 1)} GB` : "";
  const bar = h("i", { style: { width: `${share ?? 0}%` } });
  return h(
    "div",
    { class: "panel" },
    h("div", { class: "row" }, h("b", { class: "grow cut" }, model?.name ?? _("Model")), h("span", { class: "num dim" }, share === null ? "" : `${share}%`)),
    h("div", { class: "bar", role: "progressbar", "aria-label": _("Loading"), "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": share }, bar),
    h("div", { class: "row small dim" }, h("span", { class: "grow" }, model?.stage?.sentence ?? ""), h("span", { class: "num" }, bytes)),
  );
}
