// The form of the retrieval test: a question or a picture, and how to search with it.

import { h, icon } from "../../base/element.js";
import { _ } from "../../base/words.js";
import { fileInput } from "../file_input.js";
import { isOn, toggle } from "../form_dialog.js";
import { topicSelect } from "../topics.js";

const MODES = ["hybrid", "vector", "keyword"];
const MODE_WORDS = () => ({ hybrid: _("Hybrid"), vector: _("Vector"), keyword: _("Keyword") });

/** `ask(body)` gets the body of POST /api/search. → {element, question, addPicture}. */
export function askingForm(topics, ask) {
  const wanted = { mode: "hybrid", picture: null };
  const question = h("input", { class: "input lg", placeholder: _("Ask as people would ask"), "aria-label": _("Question"), autofocus: true, maxlength: 2000 });
  const words = MODE_WORDS();
  const modes = MODES.map((mode) =>
    h("button", { type: "button", "aria-pressed": String(mode === wanted.mode), onclick: () => choose(mode) }, words[mode]),
  );
  const topic = topicSelect(topics, "");
  const count = h("input", { class: "input num", type: "number", min: 1, max: 50, step: 1, value: 5 });
  const least = h("input", { class: "input num", type: "number", min: 0, max: 1, step: 0.05, value: 0 });
  const answer = toggle(_("Write an answer"));
  const file = fileInput({ accept: "image/*" }, ([found]) => addPicture(found));
  const picture = h("span", { class: "row ask-picture", hidden: true });
  const go = h("button", { class: "btn primary lg", type: "submit" }, icon("search"), _("Search"));

  function choose(mode) {
    wanted.mode = mode;
    modes.forEach((button, place) => button.setAttribute("aria-pressed", String(MODES[place] === mode)));
  }

  function addPicture(chosen) {
    if (!chosen) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      wanted.picture = reader.result;
      picture.hidden = false;
      picture.replaceChildren(
        h("img", { src: reader.result, alt: chosen.name }),
        h("span", { class: "cut" }, chosen.name),
        h("button", { class: "btn s icon quiet", type: "button", "aria-label": _("Remove the picture"), onclick: removePicture }, icon("x")),
      );
      question.disabled = true;
    });
    reader.readAsDataURL(chosen);
  }

  function removePicture() {
    wanted.picture = null;
    picture.hidden = true;
    picture.replaceChildren();
    question.disabled = false;
    question.focus();
  }

  const form = h(
    "form",
    { class: "card" },
    h("div", { class: "qform" }, h("div", { class: "stack" }, question, picture), go),
    h(
      "div",
      { class: "opts" },
      h("div", { class: "seg", role: "group", "aria-label": _("How to search") }, modes),
      h("label", {}, _("Topic"), topic),
      h("label", {}, _("Results"), count),
      h("label", {}, _("Least score"), least),
      answer.element,
      h("button", { class: "btn s quiet", type: "button", onclick: () => file.click() }, icon("image"), _("Search with a picture")),
      file,
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (wanted.picture === null && question.value.trim() === "") {
      question.focus();
      return;
    }
    const body = { mode: wanted.mode, top_k: Number(count.value), min_score: Number(least.value), explain: true };
    if (topic.value) body.topic = topic.value;
    if (wanted.picture !== null) ask({ ...body, image_base64: wanted.picture });
    else ask({ ...body, query: question.value.trim(), answer: isOn(answer.button) });
  });
  form.addEventListener("paste", (event) => {
    const [pasted] = event.clipboardData.files;
    if (pasted?.type.startsWith("image/")) addPicture(pasted);
  });
  return { element: form, go };
}
