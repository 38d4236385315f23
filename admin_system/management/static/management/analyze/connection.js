// The WebSocket of analyses: opened when it is needed, and again after it was lost.

import { ApiError } from "../base/api.js";
import { language, _ } from "../base/words.js";

const ADDRESS = "/ws/analyze/";

/** Several requests run on one connection; each has an id of its own. */
export class Connection {
  #socket = null;
  #requests = new Map();
  #count = 0;
  #opened = null;
  #refusal = null;

  /**
   * → the last frame ("done"). `hear(frame)` gets all before it. `signal` stops the answer: what had come is in the
   * last frame then, with `finish_reason: "cancelled"`. Throws ApiError.
   */
  ask(fields, hear, signal) {
    this.#count += 1;
    const id = `a${this.#count}`;
    return new Promise((resolve, reject) => {
      this.#requests.set(id, { hear, resolve, reject });
      signal?.addEventListener("abort", () => this.#send({ type: "stop", id }));
      this.#open().then(() => this.#send({ type: "analyze", id, ...fields }), (error) => this.#fail(id, error));
    });
  }

  #open() {
    if (this.#socket !== null && this.#socket.readyState <= WebSocket.OPEN) return this.#opened;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ADDRESS}?language=${language()}`);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    this.#refusal = null;
    this.#opened = new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onclose = () => {
        const error = this.#refusal ?? new ApiError(_("The connection was lost before the answer was complete"), { code: "connection_lost" });
        reject(error);
        if (this.#socket === socket) for (const id of [...this.#requests.keys()]) this.#fail(id, error);
      };
    });
    return this.#opened;
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #receive(frame) {
    const request = this.#requests.get(frame.id);
    if (request === undefined) return this.#hearRefusal(frame);
    if (frame.type === "error") return this.#fail(frame.id, new ApiError(frame.error.message, frame.error));
    if (frame.type !== "done") return request.hear(frame);
    this.#requests.delete(frame.id);
    request.resolve(frame);
  }

  /** An error of no request: why the server is about to close the connection. */
  #hearRefusal(frame) {
    if (frame.type === "error") this.#refusal = new ApiError(frame.error.message, frame.error);
  }

  #fail(id, error) {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    request?.reject(error);
  }
}
