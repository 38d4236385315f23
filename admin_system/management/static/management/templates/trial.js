// A real run of the text as it stands in the editor, through the API that programs use.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { readAsDataUrl } from "../base/picture.js";
import { _ } from "../base/words.js";
import { showAnalysis, showChat } from "../trials/answer.js";
import { labelled } from "./editor.js";

const LONGEST_ANSWER = 400; // tokens

/** `read()` gives the editor's fields. */
export function makeTrial(read) {
  const kind = read().kind;
  const sees = kind === "analysis" || kind === "detection";
  const sample = document.getElementById("templates").dataset.sample;
  const question = h("textarea", { class: "input low", rows: 2 });
  question.value = { detection: "", knowledge: "" }[kind] ?? _("What is in the picture?");
  const labels = h("input", { class: "input", placeholder: _("Names with commas between them") });
  const file = h("input", { type: "file", accept: "image/*", class: "sr", id: "trial-file" });
  const picture = h("img", { class: "tpl-picture", alt: _("Picture of the trial"), src: sees || kind === "chat" ? sample : "" });
  const result = h("div", { class: "stack", id: "trial-result", role: "status" });
  const run = h("button", { class: "btn", type: "submit" }, _("Try it"));

  file.addEventListener("change", async () => {
    if (file.files.length) picture.src = await readAsDataUrl(file.files[0]);
  });

  async function go(event) {
    event.preventDefault();
    run.disabled = true;
    result.replaceChildren(h("p", { class: "dim" }, _("The model is answering")));
    try {
      const image = sees || kind === "chat" ? await readAsDataUrl(await (await fetch(picture.src)).blob()) : null;
      const names = labels.value.split(/[,，]/).map((one) => one.trim()).filter(Boolean);
      const asked = { ...read(), question: question.value.trim(), names, image };
      result.replaceChildren(...(sees ? showAnalysis(await analyze(asked)) : showChat(await chat(asked))));
    } catch (error) {
      result.replaceChildren(faultCard(error));
    } finally {
      run.disabled = false;
    }
  }

  return h(
    "section",
    { class: "card", "aria-label": _("Trial") },
    h("header", {}, h("h2", { class: "grow" }, _("Trial")), h("span", { class: "dim small" }, _("With the text as it stands above"))),
    h(
      "form",
      { class: "tpl-form", onsubmit: go },
      labelled(_("Question"), question),
      kind === "detection" && labelled(_("Names to find"), labels),
      kind !== "knowledge" && h("div", { class: "tpl-pictures" }, picture, h("label", { class: "btn s", for: "trial-file" }, _("Another picture")), file),
      h("div", { class: "tpl-acts" }, run),
      result,
    ),
  );
}

function analyze({ kind, language, text, question, names, image }) {
  const body = { image_base64: image, query: question, template: { kind, language, text }, max_tokens: LONGEST_ANSWER };
  if (kind === "detection") body.detect = names.length ? names : true;
  return call("POST", "/api/analyze", { json: body });
}

function chat({ kind, language, text, question, image }) {
  const content = image === null ? question : [{ type: "image_url", image_url: { url: image } }, { type: "text", text: question }];
  const body = { messages: [{ role: "user", content }], prompt_template: { kind, language, text }, max_tokens: LONGEST_ANSWER };
  if (kind === "knowledge") body.knowledge_base = {};
  return call("POST", "/api/chat/completions", { json: body });
}
