// The model's state in the head of every page, and the banner above it.

import { call } from "./api.js";
import { h, icon } from "./element.js";
import { _ } from "./words.js";

const IDLE = 5000; // milliseconds between two questions while nothing changes
const BUSY = 700; // while a model loads
const PATIENCE = 30000; // after the server did not answer, at most
const TONES = { ok: "", loading: "warn", stopped: "off", degraded: "bad" };
const listeners = new Set();

/** The last answer of /api/status, or null before the first. */
export let status = null;

/** Calls `listener(status)` now, where it is known, and after every change. */
export function onStatus(listener) {
  listeners.add(listener);
  if (status !== null) listener(status);
}

/** Whether a model answers although something is wrong: another one, or its next load, failed. */
export const answersStill = ({ status: health, model }) => health === "degraded" && Boolean(model?.serving);

/** The class of the dot, by what /api/status says. */
export const toneOf = (answer) => (answersStill(answer) ? "warn" : TONES[answer.status] ?? "");

export function stateWord(answer) {
  const { status: health, model } = answer;
  if (answersStill(answer)) return _("Ready");
  const words = { ok: _("Ready"), stopped: _("Not loaded"), degraded: _("Failed"), loading: _("Loading") };
  const word = words[health] ?? health;
  const share = health === "loading" && model?.progress != null ? ` ${Math.round(model.progress * 100)}%` : "";
  return word + share;
}

function show(answer) {
  const pill = document.getElementById("model");
  if (pill !== null) {
    pill.hidden = false;
    const dot = h("span", { class: `dot ${toneOf(answer)}`, "aria-hidden": "true" });
    pill.replaceChildren(
      dot,
      h("span", { class: "cut" }, answer.model?.name ?? _("Model")),
      h("span", { class: "dim" }, stateWord(answer)),
    );
    const page = document.querySelector('.nav a[href^="/admin/"]');
    if (page !== null) pill.href = "/admin/models/";
  }
  showBanner(answer);
}

/** Above every page: that it is the demonstration which answers, or that nothing can. */
function showBanner({ status: health, model }) {
  const place = document.getElementById("banner");
  if (place === null) return;
  const away = health === "stopped" || (health === "degraded" && !model?.serving);
  const told = document.getElementById("hero")?.hidden === false; // in the middle of the page already
  const kind = away && !told ? "away" : !away && model?.demo ? "demo" : "";
  if (place.dataset.kind === kind) return;
  place.dataset.kind = kind;
  place.replaceChildren(...(kind === "" ? [] : [BANNERS[kind]()]));
}

const BANNERS = {
  demo: () => banner("info", _("This is the built-in demonstration model, not Qwen: it only knows coloured shapes on plain backgrounds.")),
  away: () => banner("warn", _("No model is available right now"), ...modelLink("")),
};

const banner = (sign, text, ...more) => h("p", { class: "banner" }, icon(sign), h("span", { class: "grow" }, text), ...more);

/** To where a model can be loaded, or who can load one. */
export function modelLink(look) {
  const admin = document.querySelector('.nav a[href^="/admin/"]') !== null;
  return admin ? [h("a", { class: look, href: "/admin/models/" }, _("Open models"))] : [h("span", { class: "small dim" }, _("Your administrator can load one."))];
}

export async function follow() {
  let pause = IDLE;
  for (;;) {
    if (document.hidden) {
      await new Promise((resume) => document.addEventListener("visibilitychange", resume, { once: true }));
      continue;
    }
    try {
      const answer = await call("GET", "/api/status");
      status = answer;
      show(answer);
      for (const listener of listeners) listener(answer);
      pause = answer.status === "loading" ? BUSY : IDLE;
    } catch (error) {
      pause = Math.min(pause * 2, PATIENCE); // the server restarts, or is gone
      for (const listener of listeners) listener({ status: "unreachable", model: null, error });
    }
    await new Promise((resume) => setTimeout(resume, pause));
  }
}
