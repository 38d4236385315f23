// What the server tells a page at its start, and the place where the page is drawn.

import { faultCard } from "../base/fault.js";

export const facts = JSON.parse(document.getElementById("facts").textContent);
export const root = document.getElementById("know");

/** Address of the page of a "document" or a "passage". */
export const pageOf = (kind, id) => facts.pages[kind].replace("{id}", id);

/** Puts the page's parts in; from then on it counts as loaded. */
export function show(...parts) {
  root.replaceChildren(...parts);
  root.setAttribute("aria-busy", "false");
}

/** What the page cannot be drawn without; a refusal takes the page's place. */
export async function need(promise) {
  try {
    return await promise;
  } catch (error) {
    show(faultCard(error));
    throw error;
  }
}
