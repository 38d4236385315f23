// The chat page: puts list, thread and composer together, and keeps conversations that are being answered.

import { call } from "../base/api.js";
import { copyText } from "../base/clipboard.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { toggleMenu } from "../base/menu.js";
import { answersStill, onStatus, stateWord, toneOf } from "../base/model.js";
import { toast } from "../base/toast.js";
import { _ } from "../base/words.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Drawer } from "./drawer.js";
import { takeDrops } from "./dropping.js";
import { WAITS } from "./faults.js";
import { hearKeys } from "./keys.js";
import { Line } from "./line.js";
import { ConversationList, conversationMenu } from "./list.js";
import { Pickers } from "./pickers.js";
import { Start } from "./start.js";
import { Thread } from "./thread.js";

const app = document.getElementById("app");
const title = document.getElementById("title");
const scroller = document.getElementById("scroll");
const spoken = document.getElementById("spoken");
const trouble = document.getElementById("trouble");
const more = document.getElementById("more");
const line = new Line();
const running = new Map(); // id → conversations that are being answered, shown or not
let conversation = new Conversation(line);
let status = null;

const deeds = {
  ask(question) {
    conversation.ask({ options: pickers.options, ...question });
    thread.follow();
  },
  answerAgain: (question) => conversation.answerAgain(question),
  show: (message) => attempt(() => conversation.show(message)),
  stop: () => conversation.stop(),
  begin: () => open(null),
  editLast: () => thread.last("user")?.edit(),
  openSource: (sources, number, root) => drawer.open(sources, number, root),
  takeBack(question) {
    const { text, pictures } = conversation.takeBack(question);
    composer.put(text, pictures);
    composer.text.focus();
  },
  async branch(message) {
    await attempt(async () => {
      const made = await call("POST", `/api/conversations/${conversation.id}/branch`, { json: { message: message.id } });
      await open(made.id);
      await list.reload();
    });
  },
  async copy(text) {
    await copyText(text);
    toast(_("Copied"));
  },
};
const thread = new Thread(document.getElementById("thread"), scroller, deeds);
const composer = new Composer(deeds);
const pickers = new Pickers();
const drawer = new Drawer();
const list = new ConversationList((id) => running.has(id));
const start = new Start(({ text, file }) => {
  composer.addFiles([file]);
  composer.put(text);
  composer.send();
});

function follow(shown) {
  const listen = (name, hear) => shown.addEventListener(name, ({ detail }) => hear(detail));
  listen("change", () => {
    if (shown.running && shown === conversation) say(_("Generating"));
    look();
  });
  listen("kept", () => {
    if (shown.id === null) return;
    if (shown.running) running.set(shown.id, shown);
    else running.delete(shown.id);
    if (shown === conversation) remember();
    list.reload();
    look();
  });
  listen("end", ({ message }) => {
    if (shown !== conversation) return;
    say(message.error ? "" : _("The answer is complete"));
  });
}

/** A question that found the model loading is asked again by itself. */
function answerWaiting() {
  const [question, answer] = conversation.messages.slice(-2);
  if (answer?.error?.code === WAITS && !answer.local && !conversation.running) conversation.answerAgain(question);
}

function showModel(answer) {
  const place = document.getElementById("model-small");
  const dot = h("span", { class: `dot ${toneOf(answer)}`, "aria-hidden": "true" });
  place.replaceChildren(dot, h("span", { class: "cut" }, [answer.model?.name, stateWord(answer)].filter(Boolean).join(" · ")));
}

function look() {
  const empty = conversation.messages.length === 0;
  scroller.classList.toggle("center", empty);
  scroller.classList.toggle("flow", !empty);
  start.show(empty, status);
  title.textContent = conversation.title || firstWords() || _("New chat");
  document.title = `${title.textContent} · ${document.title.split(" · ").at(-1)}`;
  more.hidden = conversation.id === null;
  composer.showRunning(conversation.running);
  composer.text.placeholder = empty ? _("Ask something, or drop pictures here") : _("Ask a follow-up, or drop pictures here");
}

const firstWords = () => conversation.messages[0]?.content.slice(0, 60);

function remember(replace = true) {
  const address = conversation.id === null ? location.pathname : `?c=${conversation.id}`;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  list.mark(conversation.id);
}

async function open(id, { push = true } = {}) {
  conversation.leave();
  conversation = running.get(id) ?? new Conversation(line, id);
  conversation.left = false;
  if (!running.has(id)) follow(conversation);
  trouble.replaceChildren();
  drawer.close();
  app.classList.remove("side-open");
  if (push) remember(false);
  else list.mark(id);
  composer.useDraft(id);
  thread.attach(conversation);
  if (id !== null && !conversation.running) await attempt(() => conversation.load());
  pickers.show(conversation.messages.findLast(({ role }) => role === "user")?.asked);
  thread.follow();
  look();
  if (matchMedia("(min-width: 861px)").matches) composer.text.focus();
}

/** Says beside the thread why something did not go. */
async function attempt(work) {
  try {
    trouble.replaceChildren();
    await work();
  } catch (error) {
    trouble.replaceChildren(faultCard({ code: error.code, message: error.message, requestId: error.requestId }));
  }
}

function say(words) {
  if (spoken.textContent !== words) spoken.textContent = words;
}

hearKeys({
  search: () => (app.classList.add("side-open"), list.search.focus(), list.search.select()),
  begin: deeds.begin,
  pictures: () => composer.choose(),
  escape: () => (conversation.running ? deeds.stop() : drawer.isOpen ? drawer.close() : false),
  copyLast: () => thread.last("assistant")?.copy() ?? undefined,
  step: (by) => (drawer.isOpen ? drawer.step(by) : false),
});
takeDrops((files) => composer.addFiles(files));
onStatus((now) => {
  status = now;
  showModel(now);
  look();
  if (now.status === "ok" || answersStill(now)) answerWaiting();
});
list.addEventListener("open", ({ detail }) => open(detail));
list.addEventListener("rename", ({ detail }) => {
  if (detail.id !== conversation.id) return;
  conversation.title = detail.title;
  look();
});
document.getElementById("new").addEventListener("click", deeds.begin);
more.addEventListener("click", () => toggleMenu(more, conversationMenu(conversation, list), _("Menu of the conversation")));
addEventListener("popstate", () => open(new URL(location.href).searchParams.get("c"), { push: false }));

list.reload();
open(new URL(location.href).searchParams.get("c"), { push: false });
pickers.load().then(() => pickers.show(conversation.messages.findLast(({ role }) => role === "user")?.asked));
