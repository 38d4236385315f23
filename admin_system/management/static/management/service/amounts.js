// Amounts as people read them.

import { _, figure } from "../base/words.js";

const NARROW = "\u00a0"; // a number and its unit stay together

/** Bytes in gigabytes, small amounts in megabytes or kilobytes. */
export function bytes(amount) {
  if (amount >= 1e8) return `${figure(amount / 1e9, 1)}${NARROW}GB`;
  if (amount >= 1e5) return `${figure(amount / 1e6, amount < 1e7 ? 1 : 0)}${NARROW}MB`;
  return `${figure(amount / 1e3, 0)}${NARROW}KB`;
}

/** Seconds: with a decimal below a minute, then minutes and seconds. */
export function seconds(amount) {
  if (amount < 60) return `${figure(amount, 1)}${NARROW}s`;
  return `${Math.floor(amount / 60)}:${String(Math.floor(amount % 60)).padStart(2, "0")}`;
}

/** How long something has run already. */
export function age(amount) {
  const minutes = Math.floor(amount / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days) return _("up {days} d {hours} h", { days, hours: hours % 24 });
  if (hours) return _("up {hours} h {minutes} min", { hours, minutes: minutes % 60 });
  return _("up {minutes} min", { minutes });
}
