// The page of picture analysis: one set, one picture of it at a time, and what was found in it.

import { ApiError } from "../base/api.js";
import { confirm } from "../base/dialog.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toast } from "../base/toast.js";
import { _, figure, plural } from "../base/words.js";
import { Palette } from "../boxes/colours.js";
import { Editor } from "../boxes/editor.js";
import { listen } from "../boxes/editor_keys.js";
import { Answer } from "./answer.js";
import { emptyPlace } from "./empty.js";
import { offerExports } from "./exporting.js";
import { choose, isPicture, takeDrops } from "./intake.js";
import { hint, listenToPage } from "./keys.js";
import { PictureSet } from "./picture_set.js";
import { Question } from "./question.js";
import { Results } from "./results.js";
import { Runner } from "./runner.js";
import { Saving } from "./saving.js";
import { Sets } from "./sets.js";
import { Strip } from "./strip.js";
import { Toolbar } from "./toolbar.js";

const at = (id) => document.getElementById(id);
const PAGE = document.title;

class Page {
  set = null;
  current = null; // the picture that is shown
  shownHistory = null; // as the editor has it
  adding = Promise.resolve(); // files on their way

  constructor() {
    this.frame = h("div", { class: "frame", tabindex: "0", role: "group", "aria-label": _("The picture and its boxes") });
    this.begin = emptyPlace(() => this.choose(false), () => this.choose(true));
    this.faults = h("div", { class: "faults", hidden: true });
    at("place").append(this.faults, this.begin, this.frame);
    this.editor = new Editor(this.frame);
    listen(this.editor, (index) => this.results.edit(index));
    this.toolbar = new Toolbar(at("toolbar"), this.editor);
    this.question = new Question();
    this.answer = new Answer((picture) => this.startOn([picture]));
    this.results = new Results(this.editor, () => [...new Set([...this.question.labels, ...(this.set?.labels ?? [])])]);
    at("inspector").append(this.question.element, this.answer.element, this.results.element);
    at("hint").append(...hint());
    this.strip = new Strip(at("strip"), { pick: (index) => this.show(this.set.pictures[index]), add: () => this.choose(false) });
    this.runner = new Runner();
    this.saving = new Saving();
    this.sets = new Sets(at("sets"), at("search"), {
      open: (id) => this.open(id),
      forget: (id) => id === this.set?.id && this.leave(),
      renamed: (id, title) => this.set?.id === id && ((this.set.title = title), this.draw()),
      fail: (error) => this.fail(error),
    });
    this.#listen();
  }

  #listen() {
    this.editor.addEventListener("change", () => this.saving.later(this.current));
    this.question.addEventListener("start", () => this.start());
    this.question.addEventListener("stop", () => this.runner.stop());
    this.question.addEventListener("look", () => this.question.labels.length > 0 && (this.editor.label = this.question.labels[0]));
    this.runner.addEventListener("change", () => this.question.setBusy(this.runner.busy));
    this.saving.addEventListener("change", () => this.drawSaving());
    at("toolbar").addEventListener("remove-picture", () => this.removePicture());
    at("export").addEventListener("click", () => offerExports(at("export"), this.set, { current: () => this.current, settle: () => this.saving.now() }));
    at("new-set").addEventListener("click", (event) => (event.preventDefault(), this.leave(), at("content").focus()));
    addEventListener("popstate", () => this.follow());
    takeDrops((files, title) => this.take(files, title));
    listenToPage({
      start: () => this.runner.busy || this.question.act(),
      stop: () => this.runner.busy && this.runner.stop(),
      undo: () => this.editor.undo(),
      redo: () => this.editor.redo(),
      previous: () => this.step(-1),
      next: () => this.step(1),
    });
  }

  choose(folder) {
    choose((files, title) => this.take(files, title), { folder });
  }

  /** Files become pictures of the set that is open, or of a new one; in the order in which they came. */
  async take(files, title) {
    if (files.length === 0) return;
    const open = this.set;
    const adding = this.adding.then(async () => (open ?? this.set ?? (await this.beginSet(title || nameOf(files)))).add(files));
    this.adding = adding.catch(() => {}); // told below
    try {
      await adding;
      await this.sets.load();
      this.sets.mark(this.set?.id ?? null);
    } catch (error) {
      this.fail(error);
    }
  }

  async beginSet(title) {
    this.use(await PictureSet.create(title));
    this.write("push");
    return this.set;
  }

  async open(id, writing = "push") {
    await this.saving.now();
    try {
      this.use(await PictureSet.open(id));
      if (writing) this.write(writing);
      this.show(this.set.pictures[0] ?? null);
    } catch (error) {
      this.leave("replace");
      this.fail(error);
    }
  }

  use(set) {
    this.set = set;
    this.current = null;
    this.shownHistory = null;
    this.faults.hidden = true;
    this.editor.palette = new Palette();
    set.addEventListener("change", ({ detail }) => set === this.set && this.changed(detail));
    this.sets.mark(set.id);
    document.getElementById("app").classList.remove("side-open");
    this.draw();
  }

  /** To the beginning, without a set. */
  leave(writing = "push") {
    this.saving.now();
    this.set = null;
    this.current = null;
    this.shownHistory = null;
    this.faults.hidden = true;
    this.sets.mark(null);
    this.write(writing);
    this.draw();
  }

  /** The address names the set, so that the page can be loaded again. */
  write(writing) {
    const address = this.set === null ? location.pathname : `?set=${this.set.id}`;
    history[`${writing}State`](null, "", address);
  }

  follow() {
    const id = new URLSearchParams(location.search).get("set");
    if (id === null) this.leave("replace");
    else this.open(id, null);
  }

  changed(picture) {
    if (picture !== null && this.current !== null) return this.drawChange(picture);
    if (this.current !== null && !this.set.pictures.includes(this.current)) this.current = null;
    if (this.current === null) this.current = this.set.pictures[0] ?? null;
    this.drawFaults();
    this.draw();
  }

  show(picture) {
    if (picture === this.current && picture !== null) return;
    this.saving.now();
    this.current = picture;
    this.draw();
    if (picture !== null) this.strip.show(this.set.pictures.indexOf(picture));
  }

  step(by) {
    const pictures = this.set?.pictures ?? [];
    const next = pictures[pictures.indexOf(this.current) + by];
    if (next !== undefined) this.show(next);
  }

  async start() {
    const { fields, isWhole } = this.question;
    if (fields === null) return this.question.focus();
    await this.adding;
    if (this.current === null) return this.question.focus();
    if (!isWhole) return this.startOn([this.current], fields);
    const ready = this.set.pictures.filter((picture) => picture.id !== null && !picture.busy);
    const edited = ready.filter((picture) => picture.analysis?.edited);
    const left = edited.length < ready.length ? edited : [];
    if (left.length > 0) toast(plural("{count} picture with edited boxes is left as it is.", "{count} pictures with edited boxes are left as they are.", left.length));
    return this.startOn(ready.filter((picture) => !left.includes(picture)), fields);
  }

  /** Without `fields`, what was asked of the picture before. */
  async startOn(pictures, fields = null) {
    const edited = pictures.filter((picture) => picture.analysis?.edited);
    const question = plural("A new answer takes the place of the boxes that were edited in {count} picture.", "A new answer takes the place of the boxes that were edited in {count} pictures.", edited.length);
    if (edited.length > 0 && !(await confirm(question, _("Analyse again"), { danger: false }))) return;
    await this.saving.now();
    for (const picture of pictures) {
      if (picture.id === null || picture.busy) continue;
      this.runner.start(this.set, [picture], fields ?? before(picture) ?? this.question.fields);
    }
  }

  async removePicture() {
    const picture = this.current;
    if (picture?.id == null) return;
    if (!(await confirm(_("Remove {name} and its boxes from the set? This cannot be undone.", { name: picture.name }), _("Remove")))) return;
    this.saving.forget(picture);
    const place = this.set.pictures.indexOf(picture);
    await this.set.remove(picture).catch((error) => this.fail(error));
    this.show(this.set.pictures[Math.min(place, this.set.pictures.length - 1)] ?? null);
    this.sets.load();
  }

  draw() {
    const { set, current } = this;
    const count = set?.pictures.length ?? 0;
    at("title").textContent = set === null ? _("Picture analysis") : set.shownTitle;
    document.title = set === null ? PAGE : `${set.shownTitle} · ${PAGE}`;
    this.drawProgress();
    at("work").classList.toggle("is-empty", current === null);
    this.begin.hidden = current !== null;
    this.frame.hidden = current === null;
    this.question.setCount(count);
    this.strip.draw(set, count === 0 ? -1 : set.pictures.indexOf(current));
    this.drawPicture();
    this.drawAnswer();
  }

  /** Of one picture only: while many are answered, this runs for every piece of every answer. */
  drawChange(picture) {
    this.strip.update(picture);
    this.drawProgress();
    if (picture !== this.current) return;
    this.drawPicture();
    this.drawAnswer();
  }

  drawProgress() {
    const { set } = this;
    const count = set?.pictures.length ?? 0;
    at("progress").textContent = count === 0 ? "" : _("{done} / {count} done", { done: figure(set.done), count: figure(count) });
    at("export").hidden = set === null || set.done === 0;
  }

  drawPicture() {
    const { current, editor } = this;
    const ready = current !== null && current.width > 0;
    this.frame.classList.toggle("waiting", current !== null && !ready);
    if (!ready || current.history === this.shownHistory) return;
    const stays = this.shownPicture === current;
    this.shownHistory = current.history;
    this.shownPicture = current;
    if (stays) editor.renew(current.history);
    else editor.open(current, current.history);
    this.results.open(current);
    this.toolbar.draw(current);
  }

  drawAnswer() {
    const { current } = this;
    this.results.element.hidden = current === null || current.width === 0;
    this.answer.element.hidden = current === null;
    if (current !== null) this.answer.draw(current);
  }

  drawSaving() {
    const { state, fault } = this.saving;
    this.toolbar.say({ saving: _("Saving"), saved: _("Saved"), failed: "" }[state]);
    this.results.draw();
    if (state !== "failed") return;
    const retry = h("button", { class: "btn s", type: "button", onclick: () => ((this.faults.hidden = true), this.saving.now()) }, _("Try again"));
    this.showFaults(faultCard(fault, retry));
  }

  drawFaults() {
    const refused = this.set.refused.splice(0);
    if (refused.length > 0) this.showFaults(...refused.map(({ error }) => faultCard(error)));
  }

  fail(error) {
    if (!(error instanceof ApiError)) throw error;
    this.showFaults(faultCard(error));
  }

  showFaults(...cards) {
    const close = h("button", { class: "btn s quiet", type: "button", onclick: () => (this.faults.hidden = true) }, icon("x", "i-s"), _("Close"));
    this.faults.replaceChildren(...cards, close);
    this.faults.hidden = false;
  }
}

/** What was asked of a picture, to ask it again. */
function before({ analysis }) {
  if (analysis === null || analysis.model === "") return null;
  if (analysis.labels.length > 0) return { detect: analysis.labels };
  return analysis.query === "" ? { detect: true } : { query: analysis.query };
}

function nameOf(files) {
  const taken = files.filter(isPicture);
  const [first, ...others] = taken.length ? taken : files;
  const name = first.name.replace(/\.\w+$/, "");
  return others.length === 0 ? name : `${name} +${others.length}`;
}

const page = new Page();
page.draw();
page.sets.load().then(() => page.sets.mark(page.set?.id ?? null));
page.follow();
