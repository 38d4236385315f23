// The retrieval lab: question sets that are kept here, and how well the search answers them.

import { call } from "../../base/api.js";
import { h, icon } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { toast } from "../../base/toast.js";
import { _ } from "../../base/words.js";
import { facts, need, show } from "../facts.js";
import { fileInput } from "../file_input.js";
import { isOpen } from "../jobs.js";
import { sendSet } from "./files.js";
import { setCard } from "./set.js";

const faults = h("div", { class: "stack" });
const place = h("div", { class: "stack lab" });
const file = fileInput({ accept: ".json,application/json", multiple: true }, upload);
let sets = [];

async function load() {
  const [found, { data: jobs }] = await Promise.all([call("GET", "/api/question-sets"), call("GET", "/api/jobs")]);
  sets = found.data;
  const running = new Map(
    jobs.filter((job) => job.kind === "evaluate" && isOpen(job)).map((job) => [job.wanted.question_set, job]),
  );
  place.replaceChildren(
    ...(sets.length
      ? sets.map((set) => setCard(set, () => sets, load, running.get(set.id) ?? null))
      : [h("section", { class: "card" }, h("div", { class: "body empty-lab" }, empty()))]),
  );
}

function empty() {
  return h(
    "div",
    { class: "stack" },
    h("p", {}, _("A question set is a list of questions, each with the passage that answers it. Asked again and again, it shows whether the search got better or worse.")),
    h("p", { class: "row" }, uploadButton(), h("a", { class: "btn", href: facts.test }, icon("find"), _("Gather questions in the retrieval test"))),
  );
}

function uploadButton() {
  return facts.mayChange && h("button", { class: "btn primary", type: "button", onclick: () => file.click() }, icon("upload"), _("Upload a question set"));
}

async function upload(files) {
  faults.replaceChildren();
  for (const one of files) {
    try {
      const set = await sendSet(one);
      toast(_("{name} was received.", { name: set.name }));
    } catch (error) {
      faults.append(faultCard(error));
    }
  }
  await load();
}

await need(load());
show(
  h(
    "div",
    { class: "page-h" },
    h("div", { class: "grow" }, h("p", {}, _("Question sets, and how well the search answers them over time."))),
    sets.length > 0 && uploadButton(),
  ),
  file,
  faults,
  place,
);
