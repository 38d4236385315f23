// A question as it stands in the thread: its pictures, its words, and the way to word it anew.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";
import { attachKept } from "./attachments.js";
import { enlarge } from "./enlarged.js";
import { act, siblingSteps } from "./siblings.js";

export class QuestionView {
  #editing = false;

  constructor(message, thread) {
    Object.assign(this, { message, thread });
    this.element = h("div", { class: "msg-u", tabindex: "-1" });
  }

  update(message) {
    this.message = message;
    if (!this.#editing) this.#draw();
  }

  leave() {}

  edit() {
    if (this.thread.conversation.running) return;
    this.#editing = true;
    const text = h("textarea", { class: "input edit", rows: 3, "aria-label": _("Question") });
    text.value = this.message.content;
    const close = () => {
      this.#editing = false;
      this.#draw();
      this.element.focus();
    };
    const send = () => {
      if (text.value.trim() === "" && this.message.pictures.length === 0) return;
      const { content, asked, parent, pictures } = this.message;
      if (text.value === content) return close();
      this.#editing = false;
      this.thread.deeds.ask({ text: text.value, pictures: pictures.map(attachKept), options: asked, parent: parent ?? null });
    };
    text.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        event.stopPropagation();
        close();
      } else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        send();
      }
    });
    this.element.replaceChildren(
      this.#pictures(),
      h(
        "div",
        { class: "edit-box" },
        text,
        h(
          "div",
          { class: "row" },
          h("p", { class: "tiny dim grow" }, _("The former wording and its answers are kept.")),
          h("button", { class: "btn s", type: "button", onclick: close }, _("Cancel")),
          h("button", { class: "btn s primary", type: "button", onclick: send }, _("Ask anew")),
        ),
      ),
    );
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  #draw() {
    const { content, asked, local } = this.message;
    const { conversation, deeds } = this.thread;
    const busy = conversation.running;
    const topic = asked.knowledge_base && (asked.knowledge_base.topic ?? _("All topics"));
    this.element.replaceChildren(
      this.#pictures(),
      content ? h("div", { class: "bub" }, content) : "",
      topic ? h("p", { class: "asked-of tiny dim row" }, icon("book", "i-s"), topic) : "",
      h(
        "div",
        { class: "acts" },
        siblingSteps(this.message, busy, (id) => deeds.show(id)) ?? "",
        act("copy", _("Copy the question"), (event) => deeds.copy(content, event.currentTarget), { hidden: content === "" }),
        act("edit", _("Edit the question"), () => this.edit(), { disabled: busy, hidden: local === true }),
      ),
    );
  }

  #pictures() {
    const figures = this.message.pictures.map((picture, at) => {
      const name = picture.name ?? _("Picture {count}", { count: at + 1 });
      const image = h("img", { class: "pic", src: picture.thumbnail_url, alt: name, width: picture.width, height: picture.height });
      image.addEventListener("error", () => image.replaceWith(h("span", { class: "pic no-pic" }, icon("image"))), { once: true });
      return h("figure", {}, h("button", { class: "pic-frame", type: "button", "aria-label": _("Enlarge {name}", { name }), onclick: () => enlarge(picture, name) }, image));
    });
    return figures.length > 0 ? h("div", { class: "pics" }, figures) : "";
  }
}
