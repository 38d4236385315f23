// What was done to the boxes of one picture, to be undone and done again.

/** `boxes` are `[{label, box}]`; nobody changes one in place. */
export class History {
  #past = [];
  #future = [];

  constructor(boxes) {
    this.boxes = boxes;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  change(boxes) {
    this.#past.push(this.boxes);
    this.#future = [];
    this.boxes = boxes;
  }

  /** → whether there was anything. */
  undo() {
    return this.#step(this.#past, this.#future);
  }

  redo() {
    return this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    if (from.length === 0) return false;
    to.push(this.boxes);
    this.boxes = from.pop();
    return true;
  }
}
