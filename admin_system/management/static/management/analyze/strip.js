// The pictures of the set in a row, each with what is being done with it.

import { h, icon, s } from "../base/element.js";
import { _, plural } from "../base/words.js";

/** `pick(index)` and `add()` are what its buttons do. */
export class Strip {
  #figures = new Map();

  constructor(place, { pick, add }) {
    Object.assign(this, { place, pick });
    this.adder = h("li", {}, h("button", { class: "add", type: "button", "aria-label": _("Add pictures"), title: _("Add pictures"), onclick: add }, icon("plus")));
  }

  draw(set, current) {
    const items = (set?.pictures ?? []).map((picture, index) => this.#item(picture, index, index === current));
    const same = items.length === this.place.children.length - 1 && items.every((item, at) => this.place.children[at] === item);
    if (!same) this.place.replaceChildren(...items, this.adder);
    this.place.hidden = items.length === 0;
    for (const picture of [...this.#figures.keys()]) if (!set?.pictures.includes(picture)) this.#figures.delete(picture);
  }

  /** One of them only. */
  update(picture) {
    const item = this.#figures.get(picture);
    if (item !== undefined) this.#dress(item, picture);
  }

  show(index) {
    this.place.children[index]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #item(picture, index, isCurrent) {
    let item = this.#figures.get(picture);
    if (item === undefined) {
      item = h("li", {}, h("button", { type: "button" }, h("span", { class: "pic-frame" }, h("img", { class: "pic", alt: "", loading: "lazy" })), h("span", { class: "caption" })));
      this.#figures.set(picture, item);
    }
    const button = item.firstElementChild;
    button.onclick = () => this.pick(index);
    if (isCurrent) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    this.#dress(item, picture);
    return item;
  }

  #dress(item, picture) {
    const button = item.firstElementChild;
    const image = button.querySelector("img");
    if (image.getAttribute("src") !== picture.thumbnail_url) image.src = picture.thumbnail_url;
    const word = stateWord(picture);
    button.setAttribute("aria-label", `${picture.name}, ${word}`);
    button.title = `${picture.name} · ${word}`;
    const shown = `${picture.state} ${picture.done} ${picture.ahead} ${picture.name}`;
    if (button.dataset.shown !== shown) {
      button.dataset.shown = shown;
      button.querySelector(".caption").replaceChildren(...mark(picture), h("span", { class: "cut" }, picture.name.replace(/\.\w+$/, "")));
    }
  }
}

export function stateWord(picture) {
  if (picture.state === "sending") return _("Uploading");
  if (picture.state === "queued") return _("Waiting");
  if (picture.state === "running") return picture.ahead ? plural("Queued, {count} ahead of you", "Queued, {count} ahead of you", picture.ahead) : _("Being analysed");
  if (picture.state === "failed") return _("Failed");
  return picture.done ? _("Done") : _("Not analysed yet");
}

function mark(picture) {
  if (picture.state === "running" || picture.state === "sending") return [turning()];
  if (picture.state === "queued") return [h("span", { class: "waits" }, icon("clock"))];
  if (picture.state === "failed") return [h("span", { class: "bad" }, icon("bad"))];
  return picture.done ? [h("span", { class: "ok" }, icon("check"))] : [];
}

/** A ring that turns: how far an answer is, nobody knows. */
export function turning() {
  return s("svg", { class: "ring turning", viewBox: "0 0 16 16", "aria-hidden": "true" }, s("circle", { cx: 8, cy: 8, r: 6 }), s("circle", { cx: 8, cy: 8, r: 6, "stroke-dasharray": "12 40" }));
}
