// The conversations in the sidebar: searched, in pages as they are scrolled, each with its menu.

import { call, send } from "../base/api.js";
import { askText, confirm } from "../base/dialog.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toggleMenu } from "../base/menu.js";
import { toast } from "../base/toast.js";
import { _ } from "../base/words.js";
import { dayHeading } from "./days.js";
import { act } from "./siblings.js";

const PAUSE = 200; // milliseconds after the last letter before it is searched

/** Events: "open" (`detail` is an id, or null where the shown one was removed), "rename" (`{id, title}`). */
export class ConversationList extends EventTarget {
  #cursor = "";
  #loading = null;
  #heading = null;
  #shown = null;

  constructor(isRunning) {
    super();
    this.isRunning = isRunning;
    this.place = document.getElementById("conversations");
    this.search = document.getElementById("search");
    this.end = h("div", { class: "list-end" });
    let timer = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.reload(), PAUSE);
    });
    this.watch = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && this.#more(), { root: this.place, rootMargin: "300px" });
    this.place.addEventListener("keydown", (event) => this.#move(event));
  }

  async reload() {
    this.#loading?.abort();
    this.#loading = null;
    this.#cursor = "";
    this.#heading = null;
    await this.#more(true);
  }

  /** Marks the one that is shown. */
  mark(id) {
    this.#shown = id;
    for (const row of this.place.querySelectorAll(".conv")) this.#dress(row);
  }

  async #more(anew = false) {
    if (this.#loading !== null || this.#cursor === null) return;
    const loading = new AbortController();
    this.#loading = loading;
    const query = new URLSearchParams({ limit: 50, cursor: this.#cursor, search: this.search.value.trim() });
    try {
      const page = await call("GET", `/api/conversations?${query}`, { signal: loading.signal });
      if (anew) this.place.replaceChildren();
      this.#append(page.data);
      this.#cursor = page.next_cursor;
      this.place.append(this.end);
      if (this.place.querySelector(".conv") === null) this.place.replaceChildren(h("p", { class: "dim small none-yet" }, this.#noneWords()), this.end);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#cursor = null;
      const again = h("button", { class: "btn s", type: "button", onclick: () => this.reload() }, _("Try again"));
      this.place.replaceChildren(faultCard(error, again));
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
    this.watch.unobserve(this.end); // watched anew, it says at once whether there is room for more
    this.watch.observe(this.end);
  }

  #noneWords() {
    return this.search.value.trim() ? _("No conversation has these words.") : _("No conversations yet. Your first one will appear here.");
  }

  #append(conversations) {
    for (const one of conversations) {
      const heading = dayHeading(one.updated_at);
      if (heading !== this.#heading) {
        this.#heading = heading;
        this.place.append(h("h2", {}, heading));
      }
      this.place.append(this.#row(one));
    }
  }

  #row(one) {
    const title = one.title || _("New chat");
    const more = act("more", _("Menu of {title}", { title }), () => this.#openMenu(more, one), {
      class: "btn icon quiet s more",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    });
    const link = h("a", { class: "t", href: `?c=${one.id}`, onclick: (event) => this.#open(event, one.id) }, title);
    const row = h("div", { class: "conv", dataset: { id: one.id } }, link, one.has_pictures && icon("image", "i-s"), h("span", { class: "live", hidden: true }), more);
    this.#dress(row);
    return row;
  }

  #dress(row) {
    const { id } = row.dataset;
    if (id === this.#shown) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    row.querySelector(".live").hidden = !this.isRunning(id);
  }

  #open(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
    event.preventDefault();
    this.#tell("open", id);
  }

  #openMenu(anchor, one) {
    toggleMenu(anchor, conversationMenu(one, this), anchor.getAttribute("aria-label"));
  }

  async rename(one) {
    const title = await askText(_("Name of the conversation"), one.title, _("Rename"));
    if (title === null || title === one.title) return;
    await this.#try(async () => {
      await call("PATCH", `/api/conversations/${one.id}`, { json: { title } });
      this.#tell("rename", { id: one.id, title });
    });
    this.place.querySelector(`[data-id="${one.id}"] .t`)?.focus();
  }

  async remove(one) {
    const title = one.title || _("New chat");
    if (!(await confirm(_("Delete the conversation “{title}” with its pictures? This cannot be undone.", { title }), _("Delete")))) return;
    await this.#try(async () => {
      await call("DELETE", `/api/conversations/${one.id}`);
      if (one.id === this.#shown) this.#tell("open", null);
      toast(_("The conversation was deleted."));
    });
    this.search.focus();
  }

  async save(one, format) {
    await this.#try(async () => {
      const response = await send("GET", `/api/conversations/${one.id}/export?format=${format}`);
      const name = /filename\*=utf-8''([^;]+)/i.exec(response.headers.get("content-disposition"));
      const plain = /filename="([^"]+)"/.exec(response.headers.get("content-disposition"));
      const address = URL.createObjectURL(await response.blob());
      h("a", { href: address, download: name ? decodeURIComponent(name[1]) : plain[1] }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    });
  }

  async #try(work) {
    try {
      await work();
      await this.reload();
    } catch (error) {
      this.place.prepend(faultCard(error));
    }
  }

  #move(event) {
    const links = [...this.place.querySelectorAll(".conv .t")];
    const at = links.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (at < 0 || to === undefined || links[to] === undefined) return;
    event.preventDefault();
    links[to].focus();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

export const conversationMenu = (one, list) => [
  { text: _("Rename"), icon: "edit", run: () => list.rename(one) },
  { text: _("Export as Markdown"), icon: "export", note: ".md", run: () => list.save(one, "markdown") },
  { text: _("Export as JSON"), icon: "export", note: ".json", run: () => list.save(one, "json") },
  null,
  { text: _("Delete"), icon: "trash", danger: true, run: () => list.remove(one) },
];
