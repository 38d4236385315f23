// Under which heading of the list a day stands: today, yesterday, this week, this month, months.

import { _, moment } from "../base/words.js";

const DAY = 86400000; // milliseconds

export function dayHeading(text, now = new Date()) {
  const day = new Date(text);
  const ago = Math.round((startOf(now) - startOf(day)) / DAY);
  if (ago <= 0) return _("Today");
  if (ago === 1) return _("Yesterday");
  if (ago < 7) return _("Last 7 days");
  if (ago < 30) return _("Last 30 days");
  return moment(text, { year: "numeric", month: "long" });
}

const startOf = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
