// Shares, times and speeds as people read them.

import { _, figure } from "../base/words.js";

/** 1.8 / 2.9 GB, in the unit of the whole. */
export function share(done, total) {
  const [size, unit] = total >= 1e9 ? [1e9, "GB"] : [1e6, "MB"];
  return `${figure(done / size, 1)} / ${figure(total / size, 1)}\u00a0${unit}`;
}

/** About how long, from the speed so far; "" while that is not known. */
export function timeLeft(left, perSecond) {
  if (!(perSecond > 0)) return "";
  const seconds = left / perSecond;
  if (seconds < 90) return _("about {count} s", { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return _("about {count} min", { count: Math.round(seconds / 60) });
  return _("about {count} h", { count: figure(seconds / 3600, 1) });
}

/** The speed of something that is counted: `push(done)` → units per second, or 0. */
export class Speed {
  #seen = [];

  push(done) {
    const now = performance.now() / 1000;
    this.#seen = [...this.#seen.filter(([when]) => now - when < 10), [now, done]];
    const [first, count] = this.#seen[0];
    return now - first < 1 ? 0 : (done - count) / (now - first);
  }
}
