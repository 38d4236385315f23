// A set of pictures as the server keeps it, and what is being done with each of its pictures now.

import { ApiError, call } from "../base/api.js";
import { _ } from "../base/words.js";
import { History } from "../boxes/history.js";

/** A picture of a set, or a file on its way to become one. */
export class SetPicture {
  state = "idle"; // idle, sending, queued, running, failed
  analysis = null;
  history = null;
  text = ""; // of an answer that is being written
  ahead = null; // how many requests the server answers first; null where it has not said
  fault = null;

  constructor({ name }, shown) {
    Object.assign(this, { name, id: null, url: shown, thumbnail_url: shown, width: 0, height: 0 });
  }

  /** Takes what the server knows of it. */
  take(data) {
    const { id, name, url, thumbnail_url, width, height } = data;
    Object.assign(this, { id, name, url, thumbnail_url, width, height, state: "idle" });
    this.takeAnalysis(data.analysis);
    return this;
  }

  takeAnalysis(analysis) {
    this.analysis = analysis;
    this.history = new History(analysis?.boxes ?? []);
  }

  get done() {
    return this.analysis !== null;
  }

  get busy() {
    return this.state === "queued" || this.state === "running";
  }
}

/** Event "change": `detail` is the picture that is another now, or null for the whole set. */
export class PictureSet extends EventTarget {
  pictures = [];
  refused = []; // {name, error} of files that did not become pictures

  constructor({ id, title }) {
    super();
    Object.assign(this, { id, title });
  }

  static async create(title) {
    return new PictureSet(await call("POST", "/api/picture-sets", { json: { title } }));
  }

  static async open(id) {
    const data = await call("GET", `/api/picture-sets/${encodeURIComponent(id)}`);
    const set = new PictureSet(data);
    set.pictures = data.pictures.map((one) => new SetPicture(one).take(one));
    return set;
  }

  get done() {
    return this.pictures.filter((picture) => picture.done).length;
  }

  get labels() {
    const labels = this.pictures.flatMap((picture) => picture.history?.boxes.map(({ label }) => label) ?? []);
    return [...new Set(labels)].filter(Boolean);
  }

  changed(picture = null) {
    this.dispatchEvent(new CustomEvent("change", { detail: picture }));
  }

  /** Sends them one after another, in their order; the first of them stands in the set at once. */
  async add(files) {
    const waiting = files.map((file) => [file, new SetPicture(file, URL.createObjectURL(file))]);
    for (const [, picture] of waiting) {
      picture.state = "sending";
      this.pictures.push(picture);
    }
    this.changed();
    for (const [file, picture] of waiting) await this.#send(file, picture);
  }

  async #send(file, picture) {
    const preview = picture.url;
    const form = new FormData();
    form.append("picture", file, file.name);
    try {
      const { pictures } = await call("POST", `/api/picture-sets/${this.id}/pictures`, { form });
      picture.take(pictures[0]);
      this.changed(picture);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused.push({ name: file.name, error });
      this.pictures.splice(this.pictures.indexOf(picture), 1);
      this.changed();
    }
    URL.revokeObjectURL(preview);
  }

  async remove(picture) {
    await call("DELETE", `/api/picture-sets/${this.id}/pictures/${picture.id}`);
    this.pictures.splice(this.pictures.indexOf(picture), 1);
    this.changed();
  }

  async rename(title) {
    await call("PATCH", `/api/picture-sets/${this.id}`, { json: { title } });
    this.title = title;
    this.changed();
  }

  get shownTitle() {
    return this.title || _("Set without a name");
  }
}
