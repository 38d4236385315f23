// The connection to /ws/chat: many answers on one line; it is opened again when it breaks.

import { language } from "../base/words.js";

const FIRST_PAUSE = 500; // milliseconds until it is tried again, twice as many each time
const LONGEST_PAUSE = 15000;
const LONGEST_WAIT = 8000; // milliseconds that a question waits for the line
const NOT_LOGGED_IN = 4401;

/** Events: "open" and "down" (`detail.code` as of WebSocket's close). */
export class Line extends EventTarget {
  #socket = null;
  #handlers = new Map(); // id of a request → what hears its frames
  #unsent = [];
  #pause = FIRST_PAUSE;
  #number = 0;

  /** Sends a request; `hear(frame)` gets all that comes to it, and `{type: "lost"}` if the line breaks. */
  ask(frame, hear) {
    this.#number += 1;
    const id = `c${this.#number}`;
    this.#handlers.set(id, hear);
    this.#unsent.push({ id, text: JSON.stringify({ ...frame, type: "chat", id }) });
    setTimeout(() => this.#unsent.some((one) => one.id === id) && this.#lose(id), LONGEST_WAIT);
    this.#sendAll();
    return id;
  }

  stop(id) {
    if (this.#handlers.has(id) && this.#ready) this.#socket.send(JSON.stringify({ type: "stop", id }));
  }

  /** Opens the line, if it is not open. */
  open() {
    if (this.#socket !== null) return;
    const address = new URL("/ws/chat/", location.href);
    address.searchParams.set("language", language());
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#pause = FIRST_PAUSE;
      this.dispatchEvent(new CustomEvent("open"));
      this.#sendAll();
    });
    socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#break(code));
  }

  get #ready() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #sendAll() {
    this.open();
    while (this.#ready && this.#unsent.length > 0) this.#socket.send(this.#unsent.shift().text);
  }

  #hear(frame) {
    const hear = this.#handlers.get(frame.id);
    if (frame.type === "done" || frame.type === "error") this.#handlers.delete(frame.id);
    hear?.(frame);
  }

  #break(code) {
    this.#socket = null;
    const waiting = new Set(this.#unsent.map(({ id }) => id));
    for (const id of [...this.#handlers.keys()]) if (!waiting.has(id)) this.#lose(id, code);
    this.dispatchEvent(new CustomEvent("down", { detail: { code } }));
    if (code === NOT_LOGGED_IN) {
      for (const id of waiting) this.#lose(id, code);
    } else if (waiting.size > 0) {
      setTimeout(() => this.open(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
  }

  #lose(id, code = null) {
    const hear = this.#handlers.get(id);
    this.#handlers.delete(id);
    this.#unsent = this.#unsent.filter((one) => one.id !== id);
    hear?.({ type: "lost", id, code });
  }
}
