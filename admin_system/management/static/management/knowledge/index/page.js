// The indexes: what they hold, whether they are sound, building them anew; and the embedding model.

import { call } from "../../base/api.js";
import { h } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { _, figure, moment } from "../../base/words.js";
import { facts, need, show } from "../facts.js";
import { follow } from "../follow.js";
import { cancelJob, isOpen } from "../jobs.js";
import { bytes } from "../sizes.js";
import { checkReport } from "./check.js";
import { modelCard } from "./model.js";

const state = h("section", { class: "card" });
const faults = h("div");
const report = h("div");
const models = facts.mayChangeModel ? modelCard(() => watch.wake()) : null;
let index = await need(call("GET", "/api/index"));
show(
  h("div", { class: "page-h" }, h("div", { class: "grow" }, h("p", {}, _("Made of the documents, and built anew from them at any time; searches go on meanwhile.")))),
  faults,
  state,
  report,
  models?.element ?? "",
);
let ended = null; // of a job that this page has seen going
const watch = follow(async () => {
  const former = index;
  index = await call("GET", "/api/index");
  if (former.job !== null && index.job?.id !== former.job.id) {
    ended = await call("GET", `/api/jobs/${former.job.id}`);
    models?.load();
  }
  draw();
  return isOpen(index.job);
});

const KINDS = () => ({
  flat: _("exact"),
  sq8: _("exact, one byte a number"),
  ivf: _("in cells"),
  exact: _("exact, in the database"),
  hnsw: _("a graph, in the database"),
});
const WORK = () => ({ rebuild: _("Building the indexes anew"), check: _("Checking the indexes"), embed: _("Embedding with {model}"), evaluate: _("Asking a question set") });

function draw() {
  const { job } = index;
  const busy = job !== null && ["rebuild", "check"].includes(job.kind);
  const held = document.activeElement?.dataset.act;
  state.replaceChildren(
    h(
      "header",
      {},
      h("h2", {}, _("Indexes")),
      tag(),
      h("span", { class: "grow" }),
      facts.mayChange && h("button", { class: "btn", type: "button", disabled: busy, "data-act": "check", onclick: () => start("check", { repair: false }) }, _("Check")),
      facts.mayChange && h("button", { class: "btn", type: "button", disabled: busy, "data-act": "rebuild", onclick: () => start("rebuild") }, _("Build anew")),
    ),
    h("div", { class: "body stack" }, job === null ? "" : progress(job), job === null && ended?.error ? faultCard(ended.error) : "", list()),
  );
  state.querySelector(`[data-act="${held}"]`)?.focus();
  report.replaceChildren(...checkReport(index.checked, facts.mayChange ? () => start("check", { repair: true }) : null));
}

function tag() {
  const found = index.checked?.result.findings.filter(({ repaired }) => !repaired) ?? [];
  if (found.length) return h("span", { class: "tag bad" }, _("Something is wrong"));
  if (index.model === null) return h("span", { class: "tag off" }, _("Keywords only"));
  return h("span", { class: "tag ok" }, _("In use"));
}

function progress(job) {
  const percent = Math.round(100 * job.progress);
  const word = (WORK()[job.kind] ?? job.kind).replace("{model}", job.model ?? "");
  return h(
    "div",
    { class: "going", role: "status" },
    h(
      "div",
      { class: "row small" },
      h("span", { class: "grow" }, job.state === "queued" ? `${word} · ${_("Queued")}` : word),
      h("span", { class: "num dim" }, `${percent}%`),
      (job.kind !== "embed" || facts.mayChangeModel) && facts.mayChange && h("button", { class: "btn s", type: "button", "data-act": "stop", onclick: () => attempt(() => cancelJob(job.id)) }, _("Stop")),
    ),
    h("div", { class: "bar", role: "progressbar", "aria-label": word, "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100 }, h("i", { style: { width: `${percent}%` } })),
    job.kind === "embed" && h("p", { class: "small dim" }, _("Searches go on with the former model until this is done.")),
  );
}

function list() {
  const rows = [
    [_("Embedding model"), index.model ?? _("None: only keywords are searched")],
    [_("Passages"), figure(index.passages)],
    [_("With a vector"), `${figure(index.vectors)}${index.vectors < index.passages ? ` · ${_("the others are found by their words")}` : ""}`],
    [_("Structure"), index.kind === null ? _("not opened yet") : KINDS()[index.kind]],
    [_("Recall, self-check"), recall()],
    stored(),
    [_("To be replayed"), index.behind === null ? "–" : figure(index.behind)],
    [_("Last change"), index.changed_at === null ? "–" : moment(index.changed_at)],
  ];
  return h("dl", { class: "facts" }, rows.map(([word, value]) => h("div", {}, h("dt", {}, word), h("dd", {}, value))));
}

function stored() {
  if (["exact", "hnsw"].includes(index.kind)) return [_("In PostgreSQL"), index.file_bytes === null ? _("in the rows") : bytes(index.file_bytes)];
  return [_("File"), index.file_bytes === null ? _("not written yet") : `${bytes(index.file_bytes)} · ${moment(index.saved_at)}`];
}

function recall() {
  const share = index.checked?.result.recall ?? null;
  if (share === null) return _("not measured yet");
  return `${figure(share, 3)} · ${moment(index.checked.updated_at)}`;
}

const start = (deed, json = undefined) => attempt(() => call("POST", `/api/index/${deed}`, { json }));

async function attempt(act) {
  faults.replaceChildren();
  ended = null;
  try {
    await act();
  } catch (error) {
    faults.replaceChildren(faultCard(error));
  }
  watch.wake();
}
