// The path of a conversation on the screen: one view for each message, kept while its message stays.

import { AnswerView } from "./answer.js";
import { QuestionView } from "./question.js";
import { icon, h } from "../base/element.js";
import { _ } from "../base/words.js";

const NEAR = 80; // pixels from the end at which the thread goes on following it

export class Thread {
  #views = new Map();
  #away = new AbortController();
  #following = true;
  #top = 0; // where the thread was scrolled to, seen last

  /** `deeds` is what buttons of messages do: see `page.js`. */
  constructor(place, scroller, deeds) {
    Object.assign(this, { place, scroller, deeds, conversation: null });
    this.jump = h("button", { class: "btn s jump", type: "button", hidden: true, onclick: () => this.follow() }, icon("down", "i-s"), _("To the end"));
    scroller.querySelector(".dock").append(this.jump);
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(place);
  }

  /** Shows this conversation, and all that happens in it from now on. */
  attach(conversation) {
    this.#away.abort();
    this.#away = new AbortController();
    const { signal } = this.#away;
    for (const view of this.#views.values()) view.leave();
    this.#views.clear();
    this.place.replaceChildren();
    this.conversation = conversation;
    const hear = (name, does) => conversation.addEventListener(name, ({ detail }) => does(detail), { signal });
    hear("change", () => this.render());
    hear("rename", ({ from, to }) => this.#rename(from, to));
    hear("piece", ({ id, text }) => this.#views.get(id)?.push(text));
    hear("stage", ({ id }) => this.#update(id));
    hear("end", ({ message }) => this.#update(message.id));
    this.render();
    this.follow();
  }

  render() {
    const shown = new Set(this.conversation.messages.map(({ id }) => id));
    for (const [id, view] of this.#views) {
      if (shown.has(id)) continue;
      view.leave();
      view.element.remove();
      this.#views.delete(id);
    }
    this.conversation.messages.forEach((message, at) => {
      const view = this.#views.get(message.id) ?? this.#make(message);
      if (this.place.children[at] !== view.element) this.place.insertBefore(view.element, this.place.children[at] ?? null);
      view.update(message);
    });
    this.place.hidden = shown.size === 0;
  }

  /** Goes to the end and stays there while it grows. */
  follow() {
    this.#following = true;
    this.#toEnd();
    this.jump.hidden = true;
  }

  /** The view of the last message of a side. */
  last(role) {
    const message = this.conversation.messages.findLast((one) => one.role === role);
    return message && this.#views.get(message.id);
  }

  #make(message) {
    const View = message.role === "user" ? QuestionView : AnswerView;
    const view = new View(message, this);
    this.#views.set(message.id, view);
    return view;
  }

  #update(id) {
    const message = this.conversation.messages.find((one) => one.id === id);
    if (message) this.#views.get(id)?.update(message);
  }

  #rename(from, to) {
    const view = this.#views.get(from);
    if (view === undefined) return;
    this.#views.delete(from);
    this.#views.set(to, view);
    view.update(view.message);
  }

  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    if (near) this.#following = true;
    else if (scrollTop < this.#top) this.#following = false; // not where the thread only grew
    this.#top = scrollTop;
    this.jump.hidden = near || this.#following;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}
