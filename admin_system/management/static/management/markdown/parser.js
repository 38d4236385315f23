// Markdown as tokens: GitHub's, with formulas, citations and the tags of boxes.

import { Marked } from "../vendor/marked/marked.esm.js";
import { boxTags, openBoxTags } from "./box_tags.js";
import { citation } from "./citations.js";
import { blockFormula, inlineFormula, openFormula } from "./formulas.js";

const OPTIONS = { gfm: true, breaks: true };
const whole = new Marked(OPTIONS, { extensions: [blockFormula, inlineFormula, citation, boxTags] });
const growing = new Marked(OPTIONS, { extensions: [openFormula, openBoxTags, blockFormula, inlineFormula, citation, boxTags] });

/**
 * → the blocks of a text with "\n" at its line ends; their `raw`, joined, is the text.
 * `links` are the references that stood before it.
 * `open` says that more is to come, so that a formula may still be closed.
 */
export function readBlocks(text, { links = {}, open = false } = {}) {
  const marked = open ? growing : whole;
  const lexer = new marked.Lexer(marked.defaults);
  Object.assign(lexer.tokens.links, links);
  return lexer.lex(text);
}

export const normalise = (text) => text.replace(/\r\n?/g, "\n");
