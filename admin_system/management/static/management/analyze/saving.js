// Edits are kept by themselves, shortly after the last one.

import { ApiError, call } from "../base/api.js";

const PAUSE = 500; // milliseconds without another edit

/** Event "change": `state` is "saved", "saving" or "failed", then with `fault`. */
export class Saving extends EventTarget {
  #unsaved = new Set();
  #timer = 0;
  #running = Promise.resolve();
  state = "saved";
  fault = null;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => document.hidden && this.now());
    addEventListener("pagehide", () => this.now());
  }

  later(picture) {
    this.#unsaved.add(picture);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), PAUSE);
    this.#tell("saving");
  }

  /** All that waits, at once; also what could not be kept before. → when it is done. */
  now() {
    clearTimeout(this.#timer);
    this.#running = this.#running.then(() => this.#saveAll());
    return this.#running;
  }

  /** An answer that came meanwhile has taken the place of what was edited. */
  forget(picture) {
    this.#unsaved.delete(picture);
  }

  async #saveAll() {
    if (this.#unsaved.size === 0) return;
    for (const picture of [...this.#unsaved]) {
      this.#unsaved.delete(picture);
      try {
        picture.analysis = await save(picture);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#unsaved.add(picture);
        this.#tell("failed", error);
        return;
      }
    }
    if (this.#unsaved.size === 0) this.#tell("saved");
  }

  #tell(state, fault = null) {
    Object.assign(this, { state, fault });
    this.dispatchEvent(new CustomEvent("change"));
  }
}

function save({ id, analysis, history }) {
  const { boxes } = history;
  if (analysis === null) return call("POST", "/api/analyses", { json: { picture: id, boxes } });
  return call("PATCH", `/api/analyses/${analysis.id}`, { json: { boxes } });
}
