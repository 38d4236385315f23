// Boxes as numbers: corners [x1, y1, x2, y2] in whole pixels of the picture, inside it, never empty.

const within = (value, least, most) => Math.min(Math.max(value, least), most);

/** Moved as a whole; it stops at the picture's edges. */
export function moved([x1, y1, x2, y2], dx, dy, { width, height }) {
  const right = Math.round(within(dx, -x1, width - x2));
  const down = Math.round(within(dy, -y1, height - y2));
  return [x1 + right, y1 + down, x2 + right, y2 + down];
}

/** With the edges that `handle` names ("n", "se", …) at a point; beyond the opposite edge it turns over. */
export function resized([x1, y1, x2, y2], handle, x, y, size) {
  const across = handle.includes("w") ? [x, x2] : handle.includes("e") ? [x1, x] : [x1, x2];
  const down = handle.includes("n") ? [y, y2] : handle.includes("s") ? [y1, y] : [y1, y2];
  return spanned([across[0], down[0]], [across[1], down[1]], size);
}

/** Between two points that somebody has drawn, in whichever order. */
export function spanned([ax, ay], [bx, by], { width, height }) {
  const [x1, x2] = pair(ax, bx, width);
  const [y1, y2] = pair(ay, by, height);
  return [x1, y1, x2, y2];
}

/** What somebody typed, brought inside the picture. */
export function corrected([x1, y1, x2, y2], size) {
  return spanned([x1, y1], [x2, y2], size);
}

/** The corner at the lower right moved by keys. */
export function grown([x1, y1, x2, y2], dx, dy, { width, height }) {
  return [x1, y1, within(x2 + dx, x1 + 1, width), within(y2 + dy, y1 + 1, height)];
}

function pair(a, b, most) {
  const [low, high] = [a, b].map((value) => within(Math.round(value), 0, most)).sort((one, other) => one - other);
  return low < high ? [low, high] : high < most ? [low, high + 1] : [low - 1, high];
}
