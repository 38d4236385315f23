// From values to places on a chart: neat tops, paths with gaps, nearest points.

const NEAT = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The smallest neat number that no value is above; its half is neat as well. */
export function neatTop(values, least = 0) {
  const highest = Math.max(least, ...values.filter((value) => value !== null));
  if (!(highest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return power * NEAT.find((step) => step * power >= highest * (1 - 1e-9));
}

/** An SVG path through the points; a null ends a piece, a lonely point stays visible. */
export function pathThrough(values, x, y) {
  let path = "";
  let open = false;
  values.forEach((value, place) => {
    if (value === null) {
      open = false;
      return;
    }
    const point = `${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
    const alone = !open && (values[place + 1] ?? null) === null;
    path += open ? `L${point}` : `M${point}`;
    if (alone) path += "h0";
    open = true;
  });
  return path;
}

/** The same, closed down to the ground: what lies under the line. */
export function areaUnder(values, x, y) {
  let path = "";
  let from = null;
  values.forEach((value, place) => {
    if (value === null) return;
    if (from === null) path += `M${x(place).toFixed(1)} ${y(0).toFixed(1)}`;
    from = place;
    path += `L${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
    if ((values[place + 1] ?? null) === null) {
      path += `L${x(place).toFixed(1)} ${y(0).toFixed(1)}Z`;
      from = null;
    }
  });
  return path;
}

/** The place in an ascending list that lies nearest. */
export function nearest(list, wanted) {
  let best = 0;
  list.forEach((value, place) => {
    if (Math.abs(value - wanted) < Math.abs(list[best] - wanted)) best = place;
  });
  return best;
}
