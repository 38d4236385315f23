// Formulas: $x$ and \(x\) in a line, $$x$$ and \[x\] as blocks, drawn by KaTeX once one appears.

import { h } from "../base/element.js";
import { later } from "./later.js";

const LONGEST = 4000; // characters; what is longer stays as it was written
const OPTIONS = { throwOnError: false, trust: false, strict: "ignore", maxSize: 20, maxExpand: 500 };
const INLINE = [/^\$(?![\s$])((?:\\[^\n]|[^\\\n$])+?)(?<!\s)\$(?!\d)/, /^\\\(((?:[^\\\n]|\\(?!\))[^\n]?)+?)\\\)/];
const BLOCK = [/^ {0,3}\$\$([\s\S]+?)\$\$[ \t]*(?:\n+|$)/, /^ {0,3}\\\[([\s\S]+?)\\\][ \t]*(?:\n+|$)/];
const BEGUN = /^ {0,3}(?:\$\$|\\\[)[\s\S]*$/;
let drawing = null;

const first = (rules, text) => rules.map((rule) => rule.exec(text)).find((found) => found !== null);
const token = (type, found) => found && { type, raw: found[0], text: found[1].trim() };

export const inlineFormula = {
  name: "formula",
  level: "inline",
  start: (text) => text.search(/\$|\\\(/),
  tokenizer: (text) => token("formula", first(INLINE, text)),
};

export const blockFormula = {
  name: "formulaBlock",
  level: "block",
  start: (text) => text.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
  tokenizer: (text) => token("formulaBlock", first(BLOCK, text)),
};

/** A formula of which more is to come: shown as it is written, and never taken for paragraphs. */
export const openFormula = {
  name: "formulaOpen",
  level: "block",
  tokenizer(text) {
    const begun = first(BLOCK, text) === undefined && BEGUN.exec(text);
    return begun ? { type: "formulaOpen", raw: begun[0], text: begun[0] } : undefined;
  },
};

/** An element that shows the source until it is drawn. */
export function drawFormula(source, block) {
  const element = h(block ? "div" : "span", { class: block ? "formula math" : "formula" }, source);
  if (source.length <= LONGEST) {
    load().then((katex) => later(() => katex.render(source, element, { ...OPTIONS, displayMode: block })));
  }
  return element;
}

function load() {
  drawing ??= import("../vendor/katex/katex.js").then((module) => {
    const href = new URL("../vendor/katex/katex.min.css", import.meta.url).href;
    document.head.append(h("link", { rel: "stylesheet", href }));
    return module.default;
  });
  return drawing;
}
