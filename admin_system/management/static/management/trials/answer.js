// What a model answered in a trial: the text, what it cost, the picture with its boxes.

import { h } from "../base/element.js";
import { _ } from "../base/words.js";

/** Of POST /api/analyze. */
export function showAnalysis(answer) {
  return [
    h("p", { class: "tpl-answer" }, answer.result || _("The answer is empty.")),
    h("p", { class: "tiny dim num" }, facts(answer)),
    answer.boxed_image_url && h("img", { class: "tpl-boxed", src: answer.boxed_image_url, alt: _("The picture with the boxes of the answer") }),
  ].filter(Boolean);
}

/** Of POST /api/chat/completions. */
export function showChat(answer) {
  const quoted = answer.model === "knowledge-base";
  return [
    h("p", { class: "tpl-answer" }, answer.choices[0].message.content || _("The answer is empty.")),
    h("p", { class: "tiny dim num" }, facts(answer)),
    quoted && h("p", { class: "tpl-note" }, _("No model wrote this: without one, or with the demonstration model, passages are quoted and the template has no part in it.")),
  ].filter(Boolean);
}

function facts({ model, processing_time: seconds, usage }) {
  return _("{model} · {seconds} s · {prompt} tokens in, {answer} out", {
    model,
    seconds: parseFloat(seconds),
    prompt: usage.prompt_tokens,
    answer: usage.completion_tokens,
  });
}
