// Pictures that wait in the composer: as a strip, each with a cross that takes it out.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";

const NAMES = /\.(?:jpe?g|png|webp|gif|bmp|tiff?|heic|heif|avif)$/i;
const GROWTH = 4 / 3; // base64 takes so many times the bytes
const MOST = 32;

export class Attachments extends EventTarget {
  items = []; // `{file | address, shown: {url, thumbnail_url, width, height, name}}`

  /** `limit`: bytes that one message may have on its way. */
  constructor(strip, limit) {
    super();
    Object.assign(this, { strip, limit });
  }

  /** → sentences about what cannot be taken. */
  add(files) {
    const refused = [];
    for (const file of files) {
      const reason = this.#refuse(file);
      if (reason === null) this.items.push(attach(file));
      else refused.push(reason);
    }
    this.#draw();
    return refused;
  }

  put(items) {
    this.items = [...items];
    this.#draw();
  }

  take() {
    const items = this.items;
    this.put([]);
    return items;
  }

  #refuse(file) {
    if (!file.type.startsWith("image/") && !NAMES.test(file.name)) {
      return _("Not a picture: {name}. Use JPEG, PNG, WebP or another picture format.", { name: file.name });
    }
    if (this.items.length >= MOST) return _("One chat takes {count} pictures at most.", { count: MOST });
    const bytes = this.items.reduce((sum, item) => sum + (item.file?.size ?? 0), file.size);
    if (bytes * GROWTH > this.limit * 0.98) {
      return _("{name} is too large: the pictures of one message may have {limit} MB together.", { name: file.name, limit: Math.floor((this.limit * 0.98) / GROWTH / 2 ** 20) });
    }
    return null;
  }

  #draw() {
    this.strip.hidden = this.items.length === 0;
    this.strip.replaceChildren(...this.items.map((item) => this.#thumb(item)));
    this.dispatchEvent(new CustomEvent("change"));
  }

  #thumb(item) {
    const { name, thumbnail_url: url } = item.shown;
    const remove = () => {
      this.put(this.items.filter((one) => one !== item));
      document.getElementById("message").focus();
    };
    const picture = h("img", { class: "pic", src: url, alt: name, onerror: () => picture.replaceWith(h("span", { class: "pic no-pic" }, icon("image"))) });
    return h(
      "li",
      { class: "thumb" },
      picture,
      h("button", { class: "x", type: "button", title: _("Remove {name}", { name }), "aria-label": _("Remove {name}", { name }), onclick: remove }, icon("x")),
    );
  }
}

function attach(file) {
  const url = URL.createObjectURL(file);
  return { file, shown: { url, thumbnail_url: url, width: null, height: null, name: file.name } };
}

/** A picture that the server keeps already. */
export const attachKept = (picture) => ({ address: picture.url, shown: { name: _("Picture"), ...picture } });

export function readDataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(new Error(_("{name} could not be read.", { name: file.name }))));
    reader.readAsDataURL(file);
  });
}
