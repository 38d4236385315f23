// What the list shows: chips for states with their numbers, a topic, words of the title.

import { h, icon } from "../../base/element.js";
import { _, figure } from "../../base/words.js";
import { GROUPS, groupWord } from "../states.js";
import { topicSelect } from "../topics.js";

const TYPING = 250; // milliseconds after the last key

/** `changed({group, topic, search})` is called when somebody chooses. → {element, count, topic}. */
export function makeFilters(topics, begin, changed) {
  const wanted = { group: "all", topic: "", search: "", ...begin };
  const chips = new Map(
    GROUPS.map(({ name }) => {
      const number = h("span", { class: "num" });
      const chip = h("button", { class: "chip count", type: "button", onclick: () => choose({ group: name }) }, groupWord(name), " ", number);
      return [name, { chip, number }];
    }),
  );
  const select = topicSelect(topics, wanted.topic);
  select.addEventListener("change", () => choose({ topic: select.value }));
  const input = h("input", { type: "search", class: "input", placeholder: _("Search titles"), "aria-label": _("Search titles"), value: wanted.search });
  let timer = null;
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(() => choose({ search: input.value.trim() }), TYPING);
  });
  input.addEventListener("compositionend", () => choose({ search: input.value.trim() }));

  function choose(change) {
    Object.assign(wanted, change);
    mark();
    changed(wanted);
  }

  function mark() {
    for (const [name, { chip }] of chips) {
      chip.classList.toggle("on", name === wanted.group);
      chip.setAttribute("aria-pressed", String(name === wanted.group));
    }
  }

  /** Numbers by state, of the topic and the words. */
  function count(states) {
    const all = Object.values(states).reduce((sum, one) => sum + one, 0);
    for (const { name, states: members } of GROUPS) {
      const { chip, number } = chips.get(name);
      const found = name === "all" ? all : members.reduce((sum, state) => sum + (states[state] ?? 0), 0);
      number.textContent = figure(found);
      chip.hidden = found === 0 && !["all", "ready", wanted.group].includes(name);
    }
  }
  mark();
  const element = h(
    "div",
    { class: "filters" },
    h("div", { class: "row chips", role: "group", "aria-label": _("State") }, [...chips.values()].map(({ chip }) => chip)),
    h("div", { class: "row filters__right" }, select, h("label", { class: "search-box" }, icon("search", "i-s"), input)),
  );
  return { element, count, wanted };
}
