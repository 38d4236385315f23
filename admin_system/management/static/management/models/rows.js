// One configured model: what it is, how it is, what it takes, and what can be done with it.

import { call } from "../base/api.js";
import { h, icon } from "../base/element.js";
import { _, figure } from "../base/words.js";
import { bytes } from "../service/amounts.js";
import { share, Speed, timeLeft } from "./figures.js";
import { needBar } from "./memory.js";
import { makeTrial } from "./trial.js";

const place = document.getElementById("models");
const mayChange = "mayChange" in place.dataset;

export class ModelRow {
  #shown = "";
  #speed = new Speed();
  #found = null; // the answer of inspect
  #trial = null;

  /** `onDeed()` after something was begun, `onFault(error)` where it was refused, `onLooked()`
   * when it is known what it takes. */
  constructor(onDeed, onFault, onLooked) {
    this.onDeed = onDeed;
    this.onFault = onFault;
    this.onLooked = onLooked;
    this.head = h("div", {});
    this.meter = h("div", { class: "meter" });
    this.acts = h("div", { class: "act" });
    this.why = h("div", { class: "why", role: "status" });
    this.element = h("article", { class: "mrow" }, this.head, this.meter, this.acts, this.why);
  }

  get forecast() {
    return this.#found?.forecast ?? null;
  }

  get loaded() {
    return this.data.state === "ready";
  }

  get loading() {
    return this.data.state === "loading" || this.data.state === "verifying";
  }

  /** Looks into the folder; only for models of this process. */
  async look() {
    if (this.data.kind !== "local" || !mayChange) return;
    try {
      this.#found = await call("POST", "/api/service/inspect", { json: { model: this.data.name } });
    } catch {
      this.#found = null; // the row says the rest
    }
    this.#shown = "";
    this.show(this.data);
    this.onLooked();
  }

  show(data) {
    this.data = data;
    const now = JSON.stringify(data);
    if (now === this.#shown) return;
    this.#shown = now;
    this.element.classList.toggle("cur", data.current);
    this.element.setAttribute("aria-label", data.name);
    this.#showHead();
    this.meter.replaceChildren(...this.#makeMeter());
    this.#showActs();
    this.#showWhy();
    if (this.#trial !== null && !this.loaded) this.#closeTrial();
  }

  get #address() {
    return place.dataset.edit.replace("/0/", `/${this.data.id}/`);
  }

  #showHead() {
    const { data } = this;
    this.head.replaceChildren(
      h(
        "h3",
        {},
        mayChange ? h("a", { class: "mdl-name", href: this.#address }, data.name) : data.name,
        data.alias && h("span", { class: "dim mono small" }, data.alias),
        data.current && h("span", { class: "tag plain acc" }, _("Current")),
        data.demo && h("span", { class: "tag plain warn" }, _("Demonstration")),
        stateTag(data.state),
      ),
      h("p", { class: "facts" }, this.#facts().join(" · ")),
    );
  }

  #facts() {
    const { data } = this;
    const found = this.#found;
    if (data.kind === "echo") return [_("Echo: repeats the question")];
    if (data.kind === "remote") return [_("A service elsewhere"), data.family].filter(Boolean);
    const stored = found?.quantization ?? data.quantization;
    const facts = [found?.family ?? data.family, stored === "none" ? found?.stored : stored];
    if (found?.bytes) facts.push(bytes(found.bytes));
    if (found?.context_length) facts.push(_("context {count}", { count: figure(data.context_length ?? found.context_length) }));
    if (found?.forecast) facts.push(_("{count} at once", { count: found.forecast.rows }));
    return facts.filter(Boolean);
  }

  #makeMeter() {
    const { data } = this;
    if (this.loading) {
      const percent = Math.round(data.progress * 100);
      const known = data.bytes_total > 0;
      const speed = known ? this.#speed.push(data.bytes_done) : 0;
      return [
        h("div", { class: "row small" }, h("span", { class: "grow" }, data.stage.message), h("span", { class: "num mid" }, `${percent}%`)),
        h("div", { class: "bar need", role: "progressbar", "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": data.stage.message }, h("i", { style: { width: `${percent}%` } })),
        known && h("p", { class: "dim tiny num" }, [share(data.bytes_done, data.bytes_total), timeLeft(data.bytes_total - data.bytes_done, speed)].filter(Boolean).join(" · ")),
      ].filter(Boolean);
    }
    return this.forecast === null ? [] : [needBar(this.forecast, this.loaded)];
  }

  #showActs() {
    const focused = this.acts.contains(document.activeElement);
    this.acts.replaceChildren(...this.#makeActs());
    if (focused) this.acts.querySelector("button, a")?.focus();
  }

  #makeActs() {
    const { data } = this;
    if (!mayChange) return [];
    const button = (word, look, deed) => h("button", { class: `btn s ${look}`, type: "button", "aria-label": `${word}: ${data.name}`, onclick: deed }, word);
    const model = { model: data.name };
    const edit = h("a", { class: "btn s quiet", href: this.#address, "aria-label": `${_("Edit")}: ${data.name}` }, _("Edit"));
    const current = button(_("Make current"), "", () => this.#do("load", { ...model, make_current: true }));
    if (this.loading) return [button(_("Cancel"), "", () => this.#do("cancel", {}))];
    if (this.loaded) {
      return [
        button(_("Test"), "", () => this.#toggleTrial()),
        data.current ? null : current,
        button(_("Reload"), "", () => this.#do("reload", model)),
        button(_("Unload"), "danger", () => this.#do("unload", model)),
      ].filter(Boolean);
    }
    const word = data.state === "failed" ? _("Try again") : _("Load");
    return [edit, data.current ? null : current, button(word, data.current ? "primary" : "", () => this.#do("load", model))].filter(Boolean);
  }

  #showWhy() {
    const fault = this.data.error ?? (this.loaded || this.loading ? null : this.#found?.fault);
    this.why.hidden = !fault;
    if (!fault) return;
    this.why.replaceChildren(
      icon("bad"),
      h("span", { class: "grow" }, fault.message),
      h("a", { href: `/help/troubleshooting/#${fault.code}` }, _("What to do")),
    );
  }

  async #do(deed, json) {
    for (const button of this.acts.querySelectorAll("button")) button.disabled = true;
    try {
      await call("POST", `/api/service/${deed}`, { json });
    } catch (error) {
      this.onFault(error);
    }
    this.#shown = "";
    this.onDeed();
  }

  #toggleTrial() {
    if (this.#trial !== null) return this.#closeTrial();
    this.#trial = makeTrial(this.data.name, place.dataset.sample);
    this.element.append(this.#trial);
    this.#trial.querySelector("input").focus();
  }

  #closeTrial() {
    this.#trial?.remove();
    this.#trial = null;
  }
}

function stateTag(state) {
  const looks = {
    ready: ["tag ok", _("Ready")],
    loading: ["tag acc run", _("Loading")],
    verifying: ["tag acc run", _("Verifying")],
    failed: ["tag bad", _("Failed")],
    unloaded: ["tag off", _("Not loaded")],
  };
  const [look, word] = looks[state];
  return h("span", { class: look }, word);
}
