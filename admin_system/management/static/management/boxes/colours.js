// The colour of a box follows its label: twelve of them, told apart by every kind of sight.

const COLOURS = 12;

/** Gives labels their colours in the order in which they are first asked for. */
export class Palette {
  #places = new Map();

  /** → `{name, dashed}`: the class of boxes.css that sets --c and --on; from the 13th label on dashed. */
  colourOf(label) {
    if (!this.#places.has(label)) this.#places.set(label, this.#places.size);
    const place = this.#places.get(label);
    return { name: `k${(place % COLOURS) + 1}`, dashed: place >= COLOURS };
  }
}
