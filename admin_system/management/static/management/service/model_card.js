// The current model: what it is, how it fares, what its memory is used for, and what can be done with it.

import { call } from "../base/api.js";
import { confirm } from "../base/dialog.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { answersStill, stateWord } from "../base/model.js";
import { _, figure } from "../base/words.js";
import { age, bytes } from "./amounts.js";
import { memoryBars } from "./memory_bar.js";
import { poll } from "./poll.js";
import { makeTest } from "./test_question.js";
import { upstreamsList } from "./upstreams_list.js";

const BUSY = 700; // milliseconds between two questions while a model loads
const LOOKS = { ok: "ok", loading: "acc run", stopped: "off", degraded: "bad" };

export function showModel(card) {
  const may = card.dataset.may === "yes";
  const acts = card.querySelector(".acts");
  const place = card.querySelector(".body");
  const facts = h("div");
  const fault = h("div", { class: "stack" });
  const test = makeTest();
  const choice = may && card.dataset.choose ? makeChoice((name) => act("load", name)) : null;
  place.append(facts, fault, test.element, choice?.element ?? "");
  let deeds = "";

  const again = poll(() => call("GET", "/api/status"), (status) => {
    facts.replaceChildren(...describe(status));
    const error = status.model.error;
    const said = error ? h("p", { class: "fault-line" }, error.message) : "";
    facts.append(said, ...status.model.warnings.map((text) => h("p", { class: "fault-line warn" }, text)));
    choice?.show(status);
    test.allow(status.model.serving !== null);
    const now = deedsOf(status);
    if (now.join() !== deeds) {
      deeds = now.join();
      acts.replaceChildren(...now.filter((deed) => may || deed === "test").map(button));
    }
    return status.status === "loading" ? BUSY : undefined;
  }, { fail: (error) => facts.replaceChildren(faultCard(error)) });

  function button(deed) {
    const words = { test: _("Test question"), reload: _("Reload"), load: _("Load"), cancel: _("Cancel"), unload: _("Unload") };
    const look = { load: "primary", unload: "danger", cancel: "danger" }[deed] ?? "";
    const run = () => (deed === "test" ? test.ask() : act(deed === "cancel" ? "unload" : deed));
    return h("button", { class: `btn s ${look}`, type: "button", dataset: { deed }, onclick: run }, words[deed]);
  }

  async function act(deed, name) {
    const question = _("Unload the model? Answers in progress end with an error.");
    if (deed === "unload" && deeds.includes("unload") && !(await confirm(question, _("Unload")))) return;
    fault.replaceChildren();
    test.clear();
    try {
      await call("POST", `/api/service/${deed}`, name ? { json: { model: name } } : {});
    } catch (error) {
      fault.replaceChildren(faultCard(error));
    }
    dispatchEvent(new Event("model-change")); // the frame of the page tells the state, too
    again();
  }
}

function deedsOf({ status, model }) {
  if (status === "loading") return model.serving === null ? ["cancel"] : ["test"];
  return model.serving === null ? ["load"] : ["test", "reload", "unload"];
}

function describe(status) {
  const { model, engine } = status;
  const stored = model.quantization === "none" ? model.precision : model.quantization;
  const known = model.serving !== null;
  const made = [
    known && model.family,
    known && stored,
    known && model.context_length && _("context {tokens}", { tokens: figure(model.context_length) }),
    engine && _("slots {count}", { count: engine.slots }),
    known && model.device,
    model.loaded_at && age((Date.now() - new Date(model.loaded_at)) / 1000),
  ].filter(Boolean);
  const look = answersStill(status) ? "warn" : LOOKS[status.status];
  const name = h("p", { class: "model-line" }, h("b", {}, model.name ?? _("No model")), h("span", { class: `tag ${look}` }, stateWord(status)));
  const beside = model.serving !== null && model.serving !== model.name && _("{model} answers meanwhile.", { model: model.serving });
  return [
    name,
    h("p", { class: "dim small" }, made.join(" · ") || _("Requests are refused until a model is loaded.")),
    known && engine?.decode && h("p", { class: "dim small", dataset: { decode: engine.decode.steps } }, tellDecode(engine.decode)),
    beside && h("p", { class: "mid small" }, beside),
    model.progress !== null ? loadLine(model) : null,
    upstreamsList(engine),
    ...memoryBars(status),
  ].filter(Boolean);
}

/** How the next tokens of running answers are computed, and why not faster. */
function tellDecode({ steps, reason, sizes, attention }) {
  const way = steps === "captured" ? _("decode steps in CUDA graphs, sizes ready: {count}", { count: figure(sizes) }) : _("decode steps one by one");
  return [way, attention && _("attention {kernel}", { kernel: attention }), reason?.sentence].filter(Boolean).join(" · ");
}

function loadLine({ stage, progress, bytes_done: done, bytes_total: total }) {
  const percent = Math.round(progress * 100);
  return h(
    "div",
    { class: "load-line" },
    h("div", { class: "row small" }, h("span", { class: "grow" }, stage?.sentence ?? ""), h("span", { class: "num dim" }, total ? `${bytes(done)} / ${bytes(total)}` : `${percent}%`)),
    h("div", { class: "bar", role: "progressbar", "aria-label": _("Loading"), "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100 }, h("i", { style: { width: `${percent}%` } })),
  );
}

/** A list of all models to load another one. */
function makeChoice(load) {
  const select = h("select", { class: "input", "aria-label": _("Model") });
  const button = h("button", { class: "btn", type: "button", onclick: () => load(select.value) }, _("Load this one"));
  const element = h("div", { class: "row choose" }, select, button);
  call("GET", "/api/v1/models").then(({ data }) => {
    select.append(...data.map((one) => h("option", { value: one.id, selected: one.current }, one.id)));
  }, () => element.remove());
  return { element, show: (status) => (button.disabled = status.status === "loading") };
}
