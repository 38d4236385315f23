// The retrieval test: which passages a question finds, and why they rank as they do.

import { call } from "../../base/api.js";
import { h, icon } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { toast } from "../../base/toast.js";
import { _, figure, plural } from "../../base/words.js";
import { facts, need, show } from "../facts.js";
import { field, formDialog } from "../form_dialog.js";
import { readTopics } from "../topics.js";
import { answerCard } from "./answer.js";
import { askingForm } from "./asking.js";
import { hitRow } from "./hit.js";

const form = askingForm(await need(readTopics()), search);
const results = h("div", { class: "stack results-place", role: "region", "aria-label": _("Results"), "aria-live": "polite" });
let running = null;

async function search(body) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  form.go.disabled = true;
  results.setAttribute("aria-busy", "true");
  try {
    const found = await call("POST", "/api/search", { json: body, signal });
    results.replaceChildren(...draw(found, body));
  } catch (error) {
    if (error.name === "AbortError") return;
    results.replaceChildren(faultCard(error));
  }
  results.setAttribute("aria-busy", "false");
  form.go.disabled = false;
}

function draw(found, body) {
  const { results: hits, timings } = found;
  const most = Math.max(...hits.map(({ explanation }) => explanation.fused), 1e-9);
  const whole = timings.vector_ms + timings.keyword_ms + timings.fusion_ms;
  const keep = facts.mayChange && body.query ? (hit) => keepQuestion(body.query, hit) : null;
  const parts = [
    found.left_out && leftOut(found.left_out),
    found.answer !== null && answerCard(found),
    h(
      "section",
      { class: "card list-card" },
      h(
        "header",
        {},
        h("h2", {}, plural("{count} passage found", "{count} passages found", hits.length)),
        h("span", { class: "dim small num" }, _("{whole} ms · keyword {keyword} · vector {vector} · fusion {fusion}", {
          whole: figure(whole), keyword: figure(timings.keyword_ms), vector: figure(timings.vector_ms), fusion: figure(timings.fusion_ms),
        })),
        h("span", { class: "grow" }),
        legend(),
      ),
      hits.length === 0 && h("p", { class: "empty" }, _("Nothing was found. Ask in other words, lower the least score, or search all topics.")),
      hits.map((hit, place) => hitRow(hit, place + 1, most, keep)),
    ),
  ];
  return parts.filter(Boolean);
}

function leftOut(why) {
  const text = why === "unread"
    ? _("The embedding model does not read the language of this question, so it is ranked by keywords alone.")
    : _("The embedding model does not answer, so the question is ranked by keywords alone.");
  return h(
    "div",
    { class: "banner acc note" },
    icon("info"),
    h("span", { class: "grow" }, text),
    h("a", { href: facts.index }, _("Change the embedding model")),
  );
}

function legend() {
  const entries = [["m1", _("Fused")], ["m2", _("Vector")], ["m3", _("Keyword")]];
  return h("div", { class: "legend" }, entries.map(([look, word]) => h("span", {}, h("i", { class: `sq ${look}` }), word)));
}

async function keepQuestion(question, hit) {
  const { data: sets } = await call("GET", "/api/question-sets");
  const names = h("datalist", { id: "set-names" }, sets.map(({ name }) => h("option", { value: name })));
  const input = h("input", { class: "input", list: "set-names", required: true, maxlength: 200, value: sets[0]?.name ?? "" });
  const kept = await formDialog(
    _("Save to a question set"),
    [h("p", {}, _("“{question}” is answered by this passage of “{title}”.", { question, title: hit.title })), field(_("Question set"), input, _("A new name begins a new set.")), names],
    _("Save"),
    async () => {
      const name = input.value.trim();
      const known = sets.find((one) => one.name === name);
      const set = known ?? (await call("POST", "/api/question-sets", { json: { name, content: [] } }));
      return call("POST", `/api/question-sets/${set.id}/questions`, { json: { question, passage: hit.id } });
    },
  );
  if (kept !== null) toast(plural("Saved; the set has {count} question now.", "Saved; the set has {count} questions now.", kept.questions));
}

show(
  h(
    "div",
    { class: "page-h" },
    h("div", { class: "grow" }, h("p", {}, _("See which passages a question finds, and why they rank as they do."))),
    h("a", { class: "btn", href: facts.lab }, icon("flask"), _("Retrieval lab")),
  ),
  form.element,
  results,
);
