// Asks about pictures: one, or many in turn, a few at a time; each tells how it goes.

import { ApiError, call } from "../base/api.js";
import { status } from "../base/model.js";
import { Connection } from "./connection.js";

const AT_ONCE = 4; // questions on their way, at most; the server answers them together

/** Event "change": whether it runs is another. */
export class Runner extends EventTarget {
  #connection = new Connection();
  #waiting = [];
  #running = new Map();
  #stop = new AbortController();

  get busy() {
    return this.#waiting.length + this.#running.size > 0;
  }

  /** `question` is `{query}` or `{detect}`, as /api/analyze takes them. */
  start(set, pictures, question) {
    for (const picture of pictures) {
      Object.assign(picture, { state: "queued", text: "", fault: null, ahead: null });
      this.#waiting.push({ set, picture, question });
      set.changed(picture);
    }
    this.#go();
  }

  /** What has begun ends where it is; what waits does not begin. */
  stop() {
    for (const { set, picture } of this.#waiting.splice(0)) {
      picture.state = "idle";
      set.changed(picture);
    }
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#tell();
  }

  #go() {
    const places = Math.max(1, Math.min(AT_ONCE, status?.engine?.slots ?? 1));
    while (this.#running.size < places && this.#waiting.length > 0) {
      const work = this.#waiting.shift();
      this.#running.set(work, this.#answer(work, this.#stop.signal).finally(() => {
        this.#running.delete(work);
        this.#go();
      }));
    }
    this.#tell();
  }

  async #answer({ set, picture, question }, signal) {
    picture.state = "running";
    set.changed(picture);
    try {
      const done = await this.#connection.ask({ picture: picture.id, ...question }, (frame) => this.#hear(set, picture, frame), signal);
      if (done.analysis_id !== undefined) {
        picture.takeAnalysis(await call("GET", `/api/analyses/${done.analysis_id}`));
        picture.stopped = false;
      } else {
        picture.stopped = true;
      }
      picture.state = "idle";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      Object.assign(picture, { state: "failed", fault: error });
    }
    picture.ahead = null;
    set.changed(picture);
  }

  #hear(set, picture, frame) {
    if (frame.type === "queued") picture.ahead = frame.position - 1;
    if (frame.type === "start") picture.ahead = null;
    if (frame.type === "delta") picture.text += frame.content;
    set.changed(picture);
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
