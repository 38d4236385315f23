// Where a question is written: text, pictures, the send button that becomes the stop button.

import { h, icon } from "../base/element.js";
import { _ } from "../base/words.js";
import { Attachments } from "./attachments.js";

const TALLEST = 240; // pixels

/** `deeds`: `ask({text, pictures})`, `stop()`, `editLast()`. */
export class Composer {
  #draft = "";
  #running = false;

  constructor(deeds) {
    this.deeds = deeds;
    this.element = document.getElementById("composer");
    this.text = document.getElementById("message");
    this.button = document.getElementById("send");
    this.faults = document.getElementById("refused");
    this.file = document.getElementById("file");
    this.attachments = new Attachments(document.getElementById("strip"), Number(this.element.dataset.limit));
    this.attachments.addEventListener("change", () => this.#look());
    this.text.addEventListener("input", () => this.#look());
    this.text.addEventListener("keydown", (event) => this.#press(event));
    this.button.addEventListener("click", () => (this.#running ? deeds.stop() : this.send()));
    this.file.addEventListener("change", () => {
      this.addFiles([...this.file.files]);
      this.file.value = "";
    });
    document.getElementById("add-pictures").addEventListener("click", () => this.choose());
  }

  choose() {
    this.file.click();
  }

  addFiles(files) {
    this.refuse(this.attachments.add(files));
    this.text.focus();
  }

  refuse(sentences) {
    this.faults.replaceChildren(...sentences.map((sentence) => h("p", { class: "row small" }, icon("bad", "i-s"), h("span", { class: "grow" }, sentence))));
    this.faults.hidden = sentences.length === 0;
  }

  send() {
    const text = this.text.value.trim();
    if (this.#running || (text === "" && this.attachments.items.length === 0)) return;
    const pictures = this.attachments.take();
    this.put("");
    this.refuse([]);
    this.deeds.ask({ text, pictures });
  }

  put(text, pictures = null) {
    this.text.value = text;
    if (pictures !== null) this.attachments.put(pictures);
    this.#look();
  }

  /** Another conversation is shown: what was typed for this one waits in the session. */
  useDraft(name) {
    this.#draft = `chat draft ${name ?? "new"}`;
    this.text.value = sessionStorage.getItem(this.#draft) ?? "";
    this.refuse([]);
    this.#look();
  }

  showRunning(running) {
    this.#running = running;
    const words = running ? _("Stop generating") : _("Send");
    this.button.classList.toggle("stop", running);
    this.button.replaceChildren(icon(running ? "stop" : "up"));
    this.button.title = running ? `${words} (Esc)` : words;
    this.button.setAttribute("aria-label", words);
    document.getElementById("stop-key").hidden = !running;
    this.#look();
  }

  #look() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, TALLEST)}px`;
    this.button.disabled = !this.#running && this.text.value.trim() === "" && this.attachments.items.length === 0;
    if (this.text.value === "") sessionStorage.removeItem(this.#draft);
    else sessionStorage.setItem(this.#draft, this.text.value);
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is at it
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && this.text.value === "") {
      event.preventDefault();
      this.deeds.editLast();
    }
  }
}
