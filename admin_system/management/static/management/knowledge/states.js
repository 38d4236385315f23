// The states of a document: their words, their looks, and what may be done in each.

import { _ } from "../base/words.js";

const WORKING = ["queued", "parsing", "splitting", "embedding"];
const MOVING = new Set([...WORKING, "deleting"]);
const MAY = {
  pause: [...WORKING, "waiting"],
  resume: ["paused"],
  retry: ["failed", "waiting", "cancelled"],
  cancel: [...WORKING, "waiting", "paused"],
};

/** Groups of states that a list can be narrowed to, in their order. */
export const GROUPS = [
  { name: "all", states: [] },
  { name: "ready", states: ["ready"] },
  { name: "progress", states: ["parsing", "splitting", "embedding"] },
  { name: "queued", states: ["queued"] },
  { name: "waiting", states: ["waiting"] },
  { name: "failed", states: ["failed"] },
  { name: "stopped", states: ["paused", "cancelled"] },
];

export function groupWord(name) {
  return {
    all: _("All"),
    ready: _("Ready"),
    progress: _("In progress"),
    queued: _("Queued"),
    waiting: _("Waiting"),
    failed: _("Failed"),
    stopped: _("Paused or stopped"),
  }[name];
}

export function stateWord({ state, place }) {
  if (state === "queued" && place !== null) return _("Queued, place {place}", { place });
  return {
    queued: _("Queued"),
    parsing: _("Reading"),
    waiting: _("Waiting"),
    splitting: _("Splitting"),
    embedding: _("Embedding"),
    ready: _("Ready"),
    failed: _("Failed"),
    paused: _("Paused"),
    cancelled: _("Stopped"),
    deleting: _("Deleting"),
  }[state];
}

/** Class of the state's tag. */
export function stateLook(state) {
  return { ready: "ok", failed: "bad", waiting: "warn", paused: "off", cancelled: "off" }[state] ?? "";
}

export const isMoving = ({ state }) => MOVING.has(state);
export const isWorking = ({ state }) => ["parsing", "splitting", "embedding"].includes(state);
export const may = (deed, { state }) => MAY[deed].includes(state);
