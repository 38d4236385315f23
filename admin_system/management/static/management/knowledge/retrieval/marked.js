// A text with the words of the question marked in it.

import { h } from "../../base/element.js";

/** `marks` are [from, up to] in characters as the server counts them: whole code points. */
export function marked(text, marks) {
  const signs = [...text];
  const parts = [];
  let at = 0;
  for (const [from, to] of marks) {
    parts.push(signs.slice(at, from).join(""), h("mark", {}, signs.slice(from, to).join("")));
    at = to;
  }
  parts.push(signs.slice(at).join(""));
  return h("p", { class: "hit__text" }, parts);
}
