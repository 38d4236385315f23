// A picture that is zoomed and moved inside its frame: where it stands, and what a point on it means.

const NEAREST = 16; // screen pixels for one of the picture's, at most
const MARGIN = 24; // pixels round a picture that is fitted; fewer where there is little room
const STEP = 1.25;

/** `frame` clips, `stage` holds the picture. The event "zoom" tells the scale as `detail`. */
export class View extends EventTarget {
  #resizing = new ResizeObserver(() => this.#resize());
  #fitted = true;

  constructor(frame, stage) {
    super();
    Object.assign(this, { frame, stage, size: { width: 1, height: 1 }, scale: 1, left: 0, top: 0 });
    this.#resizing.observe(frame);
  }

  get fitted() {
    return this.#fitted;
  }

  /** A picture of this size, as a whole. */
  open(size) {
    this.size = size;
    this.fit();
  }

  fit() {
    const { clientWidth, clientHeight } = this.frame;
    const margin = Math.min(MARGIN, clientWidth / 30);
    const room = [(clientWidth - 2 * margin) / this.size.width, (clientHeight - 2 * margin) / this.size.height];
    this.scale = Math.max(Math.min(...room, NEAREST), 0.001);
    this.left = (clientWidth - this.size.width * this.scale) / 2;
    this.top = (clientHeight - this.size.height * this.scale) / 2;
    this.#fitted = true;
    this.#place();
  }

  zoomIn() {
    this.zoomAt(STEP);
  }

  zoomOut() {
    this.zoomAt(1 / STEP);
  }

  /** The point of the screen stays over the same pixel; without one, the middle does. */
  zoomAt(factor, point = null) {
    const frame = this.frame.getBoundingClientRect();
    const [x, y] = point ? [point[0] - frame.left, point[1] - frame.top] : [frame.width / 2, frame.height / 2];
    const least = Math.min(this.scale, 48 / Math.max(this.size.width, this.size.height));
    const scale = Math.min(Math.max(this.scale * factor, least), NEAREST);
    this.left = x - ((x - this.left) / this.scale) * scale;
    this.top = y - ((y - this.top) / this.scale) * scale;
    this.scale = scale;
    this.#fitted = false;
    this.#place();
  }

  moveBy(dx, dy) {
    this.left += dx;
    this.top += dy;
    this.#fitted = false;
    this.#place();
  }

  /** A point of the screen → the same point in pixels of the picture. */
  toPicture(x, y) {
    const frame = this.frame.getBoundingClientRect();
    return [(x - frame.left - this.left) / this.scale, (y - frame.top - this.top) / this.scale];
  }

  leave() {
    this.#resizing.disconnect();
  }

  /** A fitted picture stays fitted; another keeps its place, but never leaves the frame wholly. */
  #resize() {
    if (this.#fitted) this.fit();
    else this.#place();
  }

  #place() {
    const { clientWidth, clientHeight } = this.frame;
    const [width, height] = [this.size.width * this.scale, this.size.height * this.scale];
    const keep = 40;
    this.left = Math.min(Math.max(this.left, keep - width), clientWidth - keep);
    this.top = Math.min(Math.max(this.top, keep - height), clientHeight - keep);
    Object.assign(this.stage.style, {
      left: `${this.left}px`,
      top: `${this.top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    this.frame.classList.toggle("zoomed", !this.#fitted);
    this.stage.classList.toggle("grainy", this.scale > 3);
    this.dispatchEvent(new CustomEvent("zoom", { detail: this.scale }));
  }
}
