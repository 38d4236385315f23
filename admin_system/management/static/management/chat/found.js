// What an answer points at: each picture with its boxes, and the list of them beside it.

import { h } from "../base/element.js";
import { _, plural } from "../base/words.js";
import { Overlay, boxList } from "../boxes/overlay.js";
import { Palette } from "../boxes/colours.js";
import { act } from "./siblings.js";
import { enlarge } from "./enlarged.js";

/** `pictures` are those of the path in their order; → an element for each that has boxes. */
export function foundCards(boxes, pictures) {
  const palette = new Palette();
  const numbers = [...new Set(boxes.map(({ image }) => image))].filter((number) => pictures[number]?.width);
  return numbers.map((number) => foundCard(pictures[number], number, boxes.filter(({ image }) => image === number), palette));
}

function foundCard(picture, number, boxes, palette) {
  const name = _("Picture {count}", { count: number + 1 });
  const image = h("img", { src: picture.url, alt: name, width: picture.width, height: picture.height });
  const stage = h("div", { class: "stage" }, image);
  const overlay = new Overlay(stage, picture, palette);
  overlay.draw(boxes);
  const list = boxList(overlay);
  const count = plural("{count} object", "{count} objects", boxes.length);
  list.setAttribute("aria-label", count);
  const larger = act("eye", _("Enlarge {name}", { name }), () => enlarge(picture, name, boxes, palette));
  const foot = h("div", { class: "row dim tiny" }, h("span", { class: "grow" }, count), larger);
  return h("div", { class: "found" }, stage, h("div", { class: "found-side" }, list, foot));
}

/** The pictures of a path, counted as the boxes of its answers count them. */
export const picturesOf = (messages) => messages.flatMap(({ pictures }) => pictures);
