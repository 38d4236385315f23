// The days that a report shows: their choice, and their names.

import { h } from "../base/element.js";
import { _, language } from "../base/words.js";

const CHOICES = [7, 30, 90, 365];

/** Every day from the first to the last, as 2026-11-25. */
export function daysBetween(first, last) {
  const days = [];
  for (let day = new Date(`${first}T00:00Z`); day <= new Date(`${last}T00:00Z`); day.setUTCDate(day.getUTCDate() + 1)) {
    days.push(day.toISOString().slice(0, 10));
  }
  return days;
}

/** The day so many days before another one. */
export function daysBefore(day, count) {
  const earlier = new Date(`${day}T00:00Z`);
  earlier.setUTCDate(earlier.getUTCDate() - count);
  return earlier.toISOString().slice(0, 10);
}

/** 11月25日, 25 Nov. */
export function nameDay(day) {
  const words = new Intl.DateTimeFormat(language(), { month: "short", day: "numeric", timeZone: "UTC" });
  return words.format(new Date(`${day}T00:00Z`));
}

/** A row of buttons; `choose(days)` is called with the number of days. */
export function periodChoice(chosen, choose) {
  const row = h("div", { class: "seg", role: "group", "aria-label": _("Period") });
  const buttons = CHOICES.map((days) =>
    h("button", { type: "button", "aria-pressed": String(days === chosen), onclick: () => press(days) }, _("{days} days", { days })),
  );
  const press = (days) => {
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(CHOICES[index] === days)));
    choose(days);
  };
  row.append(...buttons);
  return row;
}
