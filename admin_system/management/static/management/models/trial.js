// One question to a loaded model, with a picture, beside its row.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { readAsDataUrl } from "../base/picture.js";
import { _ } from "../base/words.js";
import { showAnalysis } from "../trials/answer.js";

const LONGEST_ANSWER = 256; // tokens
let number = 0;

/** `sample` is the address of the picture that stands there first. */
export function makeTrial(model, sample) {
  const id = `trial-file-${(number += 1)}`;
  const question = h("input", { class: "input", value: _("What is in the picture?"), "aria-label": _("Question") });
  const picture = h("img", { class: "tpl-picture", src: sample, alt: _("Picture of the trial") });
  const file = h("input", { type: "file", accept: "image/*", class: "sr", id });
  const run = h("button", { class: "btn s primary", type: "submit" }, _("Ask"));
  const result = h("div", { class: "stack", role: "status" });
  file.addEventListener("change", async () => {
    if (file.files.length) picture.src = await readAsDataUrl(file.files[0]);
  });

  async function ask(event) {
    event.preventDefault();
    run.disabled = true;
    result.replaceChildren(h("p", { class: "dim" }, _("The model is answering")));
    try {
      const image = await readAsDataUrl(await (await fetch(picture.src)).blob());
      const json = { model, image_base64: image, query: question.value, template: null, max_tokens: LONGEST_ANSWER };
      result.replaceChildren(...showAnalysis(await call("POST", "/api/analyze", { json })));
    } catch (error) {
      result.replaceChildren(faultCard(error));
    } finally {
      run.disabled = false;
    }
  }

  return h(
    "form",
    { class: "mdl-trial", onsubmit: ask, "aria-label": _("Test question to {model}", { model }) },
    h("div", { class: "mdl-ask" }, picture, question, h("label", { class: "btn s", for: id }, _("Another picture")), file, run),
    result,
  );
}
