// Why an answer broke off, and what can be done about it now.

import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";

const NO_MODEL = new Set(["model_failed", "model_not_loaded", "model_unloaded", "no_current_model", "model_not_found"]);
const TOO_LONG = new Set(["context_length_exceeded", "pictures_too_many", "picture_expired"]);
/** The answer comes by itself once the model is ready. */
export const WAITS = "model_loading";

export function answerFault(message, thread) {
  const { error } = message;
  const { conversation, deeds } = thread;
  const at = conversation.messages.findIndex(({ id }) => id === message.id);
  const question = conversation.messages[at - 1];
  const button = (words, run, look = "btn s") => h("button", { class: look, type: "button", onclick: run }, words);
  const buttons = [];
  if (message.local && question?.local) {
    buttons.push(button(_("Back to the composer"), () => deeds.takeBack(question), "btn s primary"));
  } else if (TOO_LONG.has(error.code)) {
    buttons.push(button(_("New chat"), () => deeds.begin(), "btn s primary"));
  } else if (question !== undefined) {
    buttons.push(button(_("Try again"), () => deeds.answerAgain(question), "btn s primary"));
  }
  const admin = document.querySelector('.nav a[href^="/admin/"]') !== null;
  if (NO_MODEL.has(error.code) && admin) buttons.push(h("a", { class: "btn s", href: "/admin/core/modelconfig/" }, _("Open models")));
  const card = faultCard({ code: error.code, message: error.message, requestId: error.request_id }, buttons);
  return card;
}
