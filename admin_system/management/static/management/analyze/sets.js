// The caller's sets of pictures in the sidebar: found, opened, renamed, removed.

import { call } from "../base/api.js";
import { askText, confirm } from "../base/dialog.js";
import { h, icon } from "../base/element.js";
import { openMenu } from "../base/menu.js";
import { _, plural } from "../base/words.js";

const PAUSE = 200; // milliseconds after the last key of a search

/** `open(id)` shows one; `forget(id)` is told of one that is gone, `renamed(id, title)` of another name. */
export class Sets {
  #asked = 0;

  constructor(place, search, { open, forget, renamed, fail }) {
    Object.assign(this, { place, search, open, forget, renamed, fail, current: null });
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.load(), PAUSE);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      search.focus();
      search.select();
    });
  }

  async load() {
    this.#asked += 1;
    const asked = this.#asked;
    const words = new URLSearchParams({ search: this.search.value.trim(), limit: "50" });
    const page = await call("GET", `/api/picture-sets?${words}`).catch((error) => this.fail(error));
    if (page === undefined || asked !== this.#asked) return;
    this.place.replaceChildren(...this.#grouped(page.data));
    this.#addMore(page.next_cursor, words);
    if (page.data.length === 0 && words.get("search")) this.place.replaceChildren(h("p", { class: "dim small none" }, _("No set has this name.")));
  }

  mark(id) {
    this.current = id;
    for (const link of this.place.querySelectorAll(".conv")) {
      if (link.dataset.id === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  #addMore(cursor, words) {
    if (cursor === null) return;
    const more = h("button", { class: "btn quiet s block", type: "button" }, _("Show more"));
    more.addEventListener("click", async () => {
      words.set("cursor", cursor);
      const page = await call("GET", `/api/picture-sets?${words}`).catch((error) => this.fail(error));
      if (page === undefined) return;
      more.remove();
      this.place.append(...page.data.map((one) => this.#link(one)));
      this.#addMore(page.next_cursor, words);
    });
    this.place.append(more);
  }

  #grouped(sets) {
    const today = new Date().toDateString();
    const isToday = ({ updated_at: moment }) => new Date(moment).toDateString() === today;
    const part = (title, some) => (some.length === 0 ? [] : [h("h2", {}, title), ...some.map((one) => this.#link(one))]);
    return [...part(_("Today"), sets.filter(isToday)), ...part(_("Earlier"), sets.filter((one) => !isToday(one)))];
  }

  #link(one) {
    const title = one.title || _("Set without a name");
    const words = plural("{count} picture", "{count} pictures", one.picture_count);
    const more = h("button", { class: "btn icon quiet s more", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": _("More for {title}", { title }), title: _("More"), onclick: () => this.#menu(more, one) }, icon("more"));
    const link = h("a", { class: "t", href: `?set=${one.id}`, title: `${title} · ${words}`, onclick: (event) => this.#follow(event, one.id) }, title);
    return h("div", { class: "conv", dataset: { id: one.id }, "aria-current": one.id === this.current ? "true" : null }, link, more);
  }

  #follow(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.open(id);
  }

  #menu(anchor, one) {
    openMenu(anchor, [
      { text: _("Rename"), icon: "edit", run: () => this.#rename(one) },
      { text: _("Delete"), icon: "trash", danger: true, run: () => this.#remove(one) },
    ], _("More"));
  }

  async #rename({ id, title }) {
    const given = await askText(_("Name of the set"), title, _("Rename"));
    if (given === null) return;
    await call("PATCH", `/api/picture-sets/${id}`, { json: { title: given } }).then(() => this.renamed(id, given), this.fail);
    await this.load();
  }

  async #remove({ id, title, picture_count: count }) {
    const shown = title || _("Set without a name");
    const question = plural("Delete the set “{title}” with its {count} picture? This cannot be undone.", "Delete the set “{title}” with its {count} pictures? This cannot be undone.", count, { title: shown });
    if (!(await confirm(question, _("Delete")))) return;
    await call("DELETE", `/api/picture-sets/${id}`).then(() => this.forget(id), this.fail);
    await this.load();
  }
}
