// Tokens of Markdown as elements. No text of a model is ever read as HTML here but by safe.js.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";
import { codeBlock } from "./code.js";
import { drawFormula } from "./formulas.js";
import { INLINE_TAGS, cleanHtml, decode, ownPicture, safeLink } from "./safe.js";

const TAG = /^<(\/?)([a-z]+)(?:\s[^<>]*)?\/?>$/i;

/** `context.cite(number)` → what stands for [n], or null where it is a plain text. */
export class Builder {
  constructor(context = {}) {
    this.cite = context.cite ?? (() => null);
  }

  /** → nodes of the blocks; `open` concerns the last of them. */
  blocks(tokens, { open = false } = {}) {
    return tokens.map((token, at) => this.block(token, { open: open && at === tokens.length - 1 })).filter(Boolean);
  }

  block(token, { open = false } = {}) {
    switch (token.type) {
      case "space":
      case "def":
        return null;
      case "heading":
        return h(`h${Math.min(token.depth + 1, 6)}`, {}, this.inline(token.tokens));
      case "paragraph":
        return h("p", {}, this.inline(token.tokens));
      case "text":
        return h("p", {}, this.text(token));
      case "list":
        return h(token.ordered ? "ol" : "ul", listStart(token), token.items.map((item) => this.item(item)));
      case "blockquote":
        return h("blockquote", {}, this.blocks(token.tokens));
      case "code":
        return codeBlock(token, { open });
      case "hr":
        return h("hr");
      case "table":
        return this.table(token);
      case "formulaBlock":
        return drawFormula(token.text, true);
      case "html":
        return htmlBlock(token);
      default:
        return h("p", { class: "as-written" }, token.raw);
    }
  }

  /** What a block is made of that grows part by part: an empty one, keys of its parts, their elements. */
  parts(token) {
    if (token.type === "list") {
      const keys = token.items.map((item) => `${item.loose} ${item.raw}`);
      return { empty: { ...token, items: [] }, keys, make: (at) => this.item(token.items[at]) };
    }
    if (token.type === "table") {
      const keys = token.rows.map((row) => row.map((cell) => cell.text).join("|"));
      return { empty: { ...token, rows: [] }, keys, make: (at) => this.row("td", token.rows[at]) };
    }
    return null;
  }

  item(item) {
    const mark = item.task && h("input", { type: "checkbox", checked: item.checked, disabled: true, "aria-label": item.checked ? _("Done") : _("Not done") });
    const parts = item.tokens
      .filter((token) => token.type !== "checkbox")
      .map((token) => (token.type === "text" && !item.loose ? this.text(token) : this.block(token)));
    return h("li", { class: item.task ? "task" : false }, mark, parts);
  }

  table(token) {
    const rows = token.rows.map((row) => this.row("td", row));
    return h(
      "div",
      { class: "tbl", tabindex: "0", role: "group", "aria-label": _("Table") },
      h("table", {}, h("thead", {}, this.row("th", token.header)), h("tbody", {}, rows)),
    );
  }

  row(tag, cells) {
    return h("tr", {}, cells.map((cell) => h(tag, { class: cell.align && `to-${cell.align}` }, this.inline(cell.tokens))));
  }

  text(token) {
    return token.tokens ? this.inline(token.tokens) : [decode(token.text)];
  }

  /** Inline tags of HTML come one by one; a stack puts what stands between them inside. */
  inline(tokens = []) {
    const stack = [{ name: null, nodes: [] }];
    let labelled = null; // the last label, while nothing but shapes has come since
    for (const token of tokens) {
      if (token.type === "boxLabel" && token.text && labelled) stack.at(-1).nodes.push(between(labelled));
      labelled = token.type === "boxLabel" ? token.text || labelled : null;
      const [, closes, tag] = token.type === "html" ? (TAG.exec(token.raw) ?? []) : [];
      const name = tag?.toLowerCase();
      if (name === "br") stack.at(-1).nodes.push(h("br"));
      else if (name && INLINE_TAGS.has(name) && !closes) stack.push({ name, nodes: [], raw: token.raw });
      else if (name && closes && stack.at(-1).name === name) {
        const { nodes } = stack.pop();
        stack.at(-1).nodes.push(h(name, {}, nodes));
      } else stack.at(-1).nodes.push(this.piece(token));
    }
    while (stack.length > 1) {
      const { nodes, raw } = stack.pop();
      stack.at(-1).nodes.push(raw, nodes);
    }
    return stack[0].nodes;
  }

  piece(token) {
    switch (token.type) {
      case "text":
      case "escape":
        return this.text(token);
      case "strong":
      case "em":
      case "del":
        return h(token.type, {}, this.inline(token.tokens));
      case "codespan":
        return h("code", {}, token.text);
      case "br":
        return h("br");
      case "link":
        return this.link(token);
      case "image":
        return picture(token);
      case "formula":
        return drawFormula(token.text, false);
      case "citation":
        return this.cite(token.number) ?? token.raw;
      case "boxLabel":
        return decode(token.text);
      default:
        return token.raw;
    }
  }

  link({ href, title, tokens, raw }) {
    const address = safeLink(decode(href));
    if (address === null) return raw;
    return h("a", { href: address, title, target: "_blank", rel: "noopener noreferrer nofollow" }, this.inline(tokens));
  }
}

const listStart = ({ ordered, start }) => ({ start: ordered && start !== 1 && start !== "" ? start : null });

/** A remote picture is a link at most: showing it would tell its server who reads here. */
function picture({ href, text, raw }) {
  const address = decode(href);
  if (ownPicture(address)) return h("img", { src: address, alt: decode(text), loading: "lazy" });
  const name = decode(text) || _("Picture");
  const link = safeLink(address);
  if (link === null) return raw;
  return h("a", { class: "far-picture", href: link, target: "_blank", rel: "noopener noreferrer nofollow" }, icon("image", "i-s"), name);
}

/** Labels that stand side by side once the numbers between them are left out. */
const between = (label) => (/[\u3400-\u9fff]/.test(label) ? "、" : ", ");

function htmlBlock({ raw }) {
  if (raw.trim().startsWith("<!--") && raw.trim().endsWith("-->")) return null;
  const clean = cleanHtml(raw);
  return clean === null ? h("p", { class: "as-written" }, raw.trim()) : h("div", {}, [...clean.childNodes]);
}
