// What of a model's own HTML and addresses may be shown. Everything else appears as it was written.

import DOMPurify from "../vendor/dompurify/purify.js";

export const INLINE_TAGS = new Set(["b", "i", "u", "s", "em", "strong", "sub", "sup", "kbd", "mark", "small", "del", "ins"]);
const BLOCK_TAGS = ["p", "div", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "span", "details", "summary",
  "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "#text", ...INLINE_TAGS];
const OPTIONS = { ALLOWED_TAGS: BLOCK_TAGS, ALLOWED_ATTR: [], KEEP_CONTENT: false, RETURN_DOM_FRAGMENT: true };
const LEFT_OUT = new Set(["body", "html", "head"]); // of the document that DOMPurify makes round it
const LINKS = new Set(["http:", "https:", "mailto:"]);

const TAG = /<(\/?)([a-z][a-z0-9]*)(?:\s+[\w-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?)*\s*\/?>/gi;

/** → a fragment of plain elements without attributes, or null where anything else is in it. */
export function cleanHtml(source) {
  const bare = source.replace(TAG, "<$1$2>"); // no parser, not even a careful one, sees an attribute
  if (bare.replace(/<\/?([a-z][a-z0-9]*)>/gi, (tag, name) => (BLOCK_TAGS.includes(name.toLowerCase()) ? "" : tag)).includes("<")) return null;
  const fragment = DOMPurify.sanitize(bare, OPTIONS);
  const taken = DOMPurify.removed.some(({ element }) => element && !LEFT_OUT.has(element.nodeName.toLowerCase()));
  return taken ? null : fragment;
}

/** What a highlighter made of code: spans with a class. */
export function cleanCode(html) {
  return DOMPurify.sanitize(html, { ALLOWED_TAGS: ["span", "#text"], ALLOWED_ATTR: ["class"], RETURN_DOM_FRAGMENT: true });
}

/** → the address of a link that may be followed, or null. */
export function safeLink(address) {
  try {
    const url = new URL(address);
    return LINKS.has(url.protocol) ? url.href : null;
  } catch {
    return null; // relative, or none
  }
}

/** A picture that this server keeps; no other is ever loaded. */
export const ownPicture = (address) => /^\/media\/[\w/-]+\.(?:png|jpg|webp)$/.test(address);

const area = document.createElement("textarea");

/** &amp; and its like as the characters they stand for. */
export function decode(text) {
  if (!/&[#\w]+;/.test(text)) return text;
  area.innerHTML = text.replaceAll("<", "&lt;"); // nothing but text can be in it
  return area.value;
}
