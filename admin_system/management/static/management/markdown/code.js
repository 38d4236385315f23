// A block of code: its language, a button that copies it, colours once it is complete.

import { copyText } from "../base/clipboard.js";
import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";
import { listsBoxes } from "./box_tags.js";
import { later } from "./later.js";
import { cleanCode } from "./safe.js";

const LONGEST = 6000; // characters that are coloured at once; what is longer stays plain
let colouring = null;

/** `open` says that more of it is to come. */
export function codeBlock({ text, lang }, { open = false } = {}) {
  const language = (lang ?? "").trim().split(/\s/)[0].slice(0, 30);
  if (listsBoxes(text)) return foldedBoxes(text);
  const code = h("code", {}, text);
  if (!open) colour(code, text, language);
  const copy = h("button", { class: "btn quiet s", type: "button", onclick: () => copyCode(copy, code) }, icon("copy", "i-s"), _("Copy"));
  return h(
    "div",
    { class: "code" },
    h("header", {}, h("span", {}, language || _("Code")), copy),
    h("pre", { tabindex: "0" }, code),
  );
}

/** Shows more of an open block without making it anew. */
export function growCode(element, text) {
  const node = element.querySelector("code")?.firstChild;
  if (!node || !text.startsWith(node.data)) return false;
  node.appendData(text.slice(node.data.length));
  return true;
}

function foldedBoxes(text) {
  return h("details", { class: "own-words" }, h("summary", {}, _("The boxes in the model's own words")), h("pre", { tabindex: "0" }, text));
}

async function copyCode(button, code) {
  await copyText(code.textContent);
  button.lastChild.data = _("Copied");
  setTimeout(() => (button.lastChild.data = _("Copy")), 2000);
}

async function colour(code, text, language) {
  if (language === "" || text.length > LONGEST) return;
  colouring ??= import("../vendor/highlightjs/highlight.min.js");
  const { default: highlighter } = await colouring;
  if (highlighter.getLanguage(language) === undefined) return;
  later(() => code.replaceChildren(cleanCode(highlighter.highlight(text, { language, ignoreIllegals: true }).value)));
}
