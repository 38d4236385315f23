// One conversation as the page holds it: the path that is shown, and the answer that is being written.

import { call } from "../base/api.js";
import { _ } from "../base/words.js";
import { readDataUrl } from "./attachments.js";

const ELSEWHERE = 2000; // milliseconds between two looks at an answer that another window writes
const ABANDONED = 600000; // milliseconds after which nobody writes at it any more
let locals = 0;

/**
 * Events: "change" (the path), "rename" (`detail: {from, to}` of a message's id), "piece" (`{id, text}`),
 * "stage" (`{id}`: what the answer waits for), "end" (`{message}`), "kept" (its place in the list).
 */
export class Conversation extends EventTarget {
  #line;

  constructor(line, id = null) {
    super();
    this.#line = line;
    Object.assign(this, { id, title: "", messages: [], turn: null, left: false });
  }

  get running() {
    return this.turn !== null;
  }

  async load() {
    this.#take(await call("GET", `/api/conversations/${this.id}`));
  }

  /** Shows the path through another message. */
  async show(message) {
    this.#take(await call("PATCH", `/api/conversations/${this.id}`, { json: { head: message } }));
  }

  /**
   * `pictures` are attachments; `options` are `knowledge_base` and `prompt_template`; without `parent` it goes
   * on after the last message.
   */
  async ask({ text, pictures = [], options = {}, parent }) {
    const before = parent === undefined ? this.messages : this.#upTo(parent);
    const question = this.#local("user", { content: text, asked: options, pictures: pictures.map((one) => one.shown) });
    question.sent = { text, pictures, options, parent };
    const answer = this.#begin([...before, question]);
    try {
      const images = await Promise.all(pictures.map((one) => one.address ?? readDataUrl(one.file)));
      if (this.id === null) await this.#create();
      const place = parent === undefined ? {} : { parent };
      this.#send({ message: text, images, ...options, ...place }, question, answer);
    } catch (error) {
      this.#fail(answer, { code: error.code, message: error.message, request_id: error.requestId });
    }
  }

  /** Another answer to a question, asked as it was. */
  answerAgain(question) {
    const at = this.messages.indexOf(question);
    const answer = this.#begin(this.messages.slice(0, at + 1));
    this.#send({ answer_to: question.id }, question, answer);
  }

  stop() {
    if (this.turn === null) return;
    this.turn.stopped = true;
    this.#line.stop(this.turn.id);
  }

  /** Takes back a question that the server did not keep → what it was made of. */
  takeBack(question) {
    this.messages = this.messages.slice(0, this.messages.indexOf(question));
    this.#tell("change");
    return question.sent;
  }

  leave() {
    this.left = true;
  }

  #upTo(parent) {
    return this.messages.slice(0, this.messages.findIndex(({ id }) => id === parent) + 1);
  }

  #local(role, values) {
    locals += 1;
    const id = `local-${locals}`;
    return { id, role, pictures: [], boxes: [], annotations: [], asked: {}, siblings: [id], local: true, ...values };
  }

  #begin(path) {
    const answer = this.#local("assistant", { content: "", stage: { name: "sending" }, began: performance.now() });
    this.messages = [...path, answer];
    this.turn = { id: null, answer, stopped: false };
    this.#tell("change");
    return answer;
  }

  async #create() {
    const made = await call("POST", "/api/conversations", { json: {} });
    this.id = made.id;
    this.#tell("kept");
  }

  #send(frame, question, answer) {
    this.turn.id = this.#line.ask({ conversation: this.id, ...frame }, (heard) => this.#hear(heard, question, answer));
    if (this.turn.stopped) this.stop();
  }

  #hear(frame, question, answer) {
    switch (frame.type) {
      case "kept":
        this.#rename(question, frame.question);
        this.#rename(answer, frame.answer);
        this.#tell("kept");
        this.#stage(answer, { name: "waiting" });
        break;
      case "queued":
        this.#stage(answer, { name: "queued", ahead: frame.position - 1 });
        break;
      case "start":
        Object.assign(answer, { model: frame.model, demo: frame.demo === true });
        this.#stage(answer, { name: "writing" });
        break;
      case "delta":
        answer.content += frame.content;
        this.#tell("piece", { id: answer.id, text: frame.content });
        break;
      case "boxes":
        answer.boxes = frame.boxes;
        break;
      case "done":
        Object.assign(answer, { content: frame.content, finish_reason: frame.finish_reason, usage: frame.usage });
        Object.assign(answer, { annotations: frame.annotations ?? [], processing_time: frame.processing_time });
        this.#end(answer);
        break;
      case "error":
        this.#fail(answer, { ...frame.error, request_id: frame.request_id });
        break;
      case "lost":
        this.#fail(answer, { code: "connection_lost", message: lostWords(answer, frame.code) });
    }
  }

  #rename(message, id) {
    const from = message.id;
    message.local = false;
    if (from === id) return;
    message.id = id;
    message.siblings = message.siblings.map((one) => (one === from ? id : one));
    this.#tell("rename", { from, to: id });
  }

  #stage(answer, stage) {
    answer.stage = stage;
    this.#tell("stage", { id: answer.id });
  }

  #fail(answer, error) {
    Object.assign(answer, { error, finish_reason: "error" });
    this.#end(answer);
  }

  async #end(answer) {
    answer.stage = null;
    this.turn = null;
    this.#tell("end", { message: answer });
    this.#tell("kept");
    if (answer.local || answer.error?.code === "connection_lost") return;
    try {
      await this.load(); // siblings, addresses of pictures, the title
    } catch {
      // what is shown is right; the next look brings the rest
    }
  }

  #take(whole) {
    if (this.running) return; // it began again meanwhile
    Object.assign(this, { title: whole.title, messages: whole.messages });
    this.#tell("change");
    const last = this.messages.at(-1);
    if (last?.role === "assistant" && last.finish_reason === null) this.#watch(last);
  }

  /** Another window writes this answer, or nobody does any more. */
  #watch(answer) {
    if (Date.now() - new Date(answer.created_at).getTime() > ABANDONED) {
      answer.finish_reason = "cancelled";
      this.#tell("change");
    } else {
      setTimeout(() => this.left || this.running || this.load().catch(() => {}), ELSEWHERE);
    }
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function lostWords(answer, code) {
  if (code === 4401) return _("You are logged out. Log in again; the conversation is kept.");
  if (answer.local) return _("The server could not be reached; the question was not sent.");
  return _("The connection was lost before the answer was complete");
}
