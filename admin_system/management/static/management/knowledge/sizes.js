// Bytes and days as people read them in a list.

import { figure, language } from "../base/words.js";

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${figure(value, unit > 0 && value < 100 ? 1 : 0)}\u00a0${UNITS[unit]}`;
}

/** The time of today, the day of this year, else the date. */
export function shortMoment(text) {
  const moment = new Date(text);
  const now = new Date();
  const write = (options) => new Intl.DateTimeFormat(language(), options).format(moment);
  if (moment.toDateString() === now.toDateString()) return write({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (moment.getFullYear() === now.getFullYear()) return write({ month: "2-digit", day: "2-digit" });
  return write({ year: "numeric", month: "2-digit", day: "2-digit" });
}
