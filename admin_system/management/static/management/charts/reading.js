// Which place of a chart is read: the one under the pointer, or the one the arrow keys went to.

import { nearest } from "./scale.js";

/**
 * `places()` tells where the places stand, in pixels from the left, ascending; `show()` is called
 * when another one is read. Returns {place}: its number, or null.
 */
export function readPlaces(svg, places, show) {
  const read = { place: null };
  function go(place) {
    read.place = place;
    show();
  }
  svg.addEventListener("pointermove", (event) => {
    const all = places();
    if (all.length) go(nearest(all, event.clientX - svg.getBoundingClientRect().left));
  });
  for (const end of ["pointerleave", "blur"]) svg.addEventListener(end, () => go(null));
  svg.addEventListener("keydown", (event) => {
    const last = places().length - 1;
    const from = read.place ?? last;
    const back = from - (read.place === null ? 0 : 1);
    const goal = { ArrowLeft: back, ArrowRight: from + 1, Home: 0, End: last };
    if (!(event.key in goal) || last < 0) return;
    event.preventDefault();
    go(Math.min(Math.max(goal[event.key], 0), last));
  });
  return read;
}
