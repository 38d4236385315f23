// The page of the logs: newest entries first, older ones on demand, new ones while it follows.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";
import { bytes } from "./amounts.js";

const LIMIT = 100; // entries of a page
const MOST = 2000; // entries that are kept while it follows
const PAUSE = 300; // milliseconds after the last key
const EVERY = 2000; // milliseconds between two looks while it follows
const LOOKS = { WARNING: "warn", ERROR: "bad", CRITICAL: "bad", INFO: "acc" };

const form = document.getElementById("log-form");
const place = document.getElementById("log");
const follow = document.getElementById("follow");
const download = document.getElementById("download");
const list = h("ol", { class: "log-entries", tabindex: "0", "aria-label": _("Entries, newest first") });
const more = h("button", { class: "btn s", type: "button", onclick: () => load(cursor) }, _("Show earlier ones"));
const empty = h("p", { class: "mid card-note" }, _("No entry is like this."));
place.append(list, empty, more);

let cursor = null; // of the next older page
let end = 0; // of the file, as far as it was read
let round = 0; // a newer question makes older answers useless
let timer = null;

function query(extra) {
  const fields = new FormData(form);
  const asked = { file: fields.get("file") ?? "", level: fields.get("level"), search: fields.get("search"), limit: LIMIT, ...extra };
  return `/api/logs?${new URLSearchParams(asked)}`;
}

async function load(from = null) {
  const mine = (round += from === null ? 1 : 0);
  place.querySelector(".fault-card")?.remove();
  try {
    const page = await call("GET", query(from === null ? {} : { cursor: from }));
    if (mine !== round) return;
    offer(page.files, page.file);
    cursor = page.next_cursor;
    if (from === null) {
      end = page.end;
      list.replaceChildren();
    }
    list.append(...page.data.map(entry));
    settle();
  } catch (error) {
    place.prepend(faultCard(error));
  }
}

async function look() {
  const mine = round;
  try {
    const page = await call("GET", query({ after: end, limit: 200 }));
    if (mine !== round) return;
    if (page.end < end) list.replaceChildren(); // the file was begun anew
    end = page.end;
    list.prepend(...page.data.map(entry));
    [...list.children].slice(MOST).forEach((old) => old.remove());
    settle();
  } catch (error) {
    stopFollowing();
    place.prepend(faultCard(error));
  }
}

function settle() {
  empty.hidden = list.childElementCount > 0;
  list.hidden = !empty.hidden;
  more.hidden = cursor === null;
}

function offer(files, chosen) {
  const select = form.elements.file;
  const options = files.map(({ name, size }) => h("option", { value: name, selected: name === chosen }, `${name} · ${bytes(size)}`));
  select.replaceChildren(...options);
  select.value = chosen ?? "";
  download.href = `/api/logs/${chosen}`;
  download.hidden = chosen === null;
}

function entry({ id, at, level, logger, message }) {
  const [first, ...rest] = message.split("\n");
  return h(
    "li",
    { dataset: { id, level } },
    h("time", {}, at.replace(",", ".").slice(0, 23)),
    h("span", { class: `tag ${LOOKS[level] ?? ""}` }, level || "…"),
    h("span", { class: "log-text" }, h("span", { class: "dim" }, logger, " "), first, rest.length > 0 && h("pre", {}, rest.join("\n"))),
  );
}

function stopFollowing() {
  clearInterval(timer);
  timer = null;
  follow.setAttribute("aria-pressed", "false");
}

follow.addEventListener("click", () => {
  if (timer !== null) return stopFollowing();
  follow.setAttribute("aria-pressed", "true");
  timer = setInterval(() => document.hidden || look(), EVERY);
  return look();
});
let typing = null;
form.elements.search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => load(), PAUSE);
});
form.addEventListener("change", (event) => event.target !== form.elements.search && load());
form.addEventListener("submit", (event) => (event.preventDefault(), load()));
load();
