// Four small pictures to try the service with, drawn here; the demonstration model knows their shapes.

import { h, s } from "../base/element.js";
import { _ } from "../base/words.js";

const WIDTH = 480;
const HEIGHT = 320;
const RED = "#dc2828";
const BLUE = "#285adc";
const GREEN = "#2da546";
const YELLOW = "#f0dc28";
const PURPLE = "#8c3cbe";

/** `["circle", x, y, radius, colour]`, `["square", x, y, side, colour]`, `["triangle", x, y, side, colour]`: their middles. */
const SAMPLES = [
  { ground: "#ffffff", question: () => _("What shapes do you see?"), shapes: [["circle", 110, 120, 60, RED], ["square", 250, 210, 100, BLUE], ["triangle", 390, 120, 110, YELLOW]] },
  { ground: "#ececec", question: () => _("How many red circles are there?"), shapes: [["circle", 90, 95, 50, RED], ["circle", 240, 95, 50, RED], ["circle", 390, 95, 50, BLUE], ["circle", 165, 230, 50, RED]] },
  { ground: "#ffffff", question: () => _("Find all shapes"), shapes: [["square", 110, 110, 110, GREEN], ["circle", 350, 100, 60, PURPLE], ["triangle", 250, 230, 110, YELLOW]] },
  { ground: "#f5f5f5", question: () => _("Where is the yellow triangle?"), shapes: [["triangle", 360, 110, 120, YELLOW], ["circle", 120, 210, 60, BLUE]] },
];

/** Cards; `ask({text, file})` is what a click does. */
export function sampleCards(ask) {
  return SAMPLES.map(({ ground, question, shapes }) => {
    const words = question();
    const drawing = s(
      "svg",
      { class: "pic", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
      s("rect", { width: WIDTH, height: HEIGHT, fill: ground }),
      shapes.map((shape) => s("path", { d: outline(shape), fill: shape[4] })),
    );
    const start = async () => ask({ text: words, file: await paint(ground, shapes) });
    return h("button", { class: "start", type: "button", onclick: start }, h("div", {}, drawing), h("span", {}, words));
  });
}

function outline([kind, x, y, size]) {
  if (kind === "circle") return `M${x - size} ${y}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`;
  const half = size / 2;
  if (kind === "square") return `M${x - half} ${y - half}h${size}v${size}h${-size}Z`;
  return `M${x} ${y - half}L${x + half} ${y + half}H${x - half}Z`;
}

async function paint(ground, shapes) {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const pen = canvas.getContext("2d");
  pen.fillStyle = ground;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  for (const shape of shapes) {
    pen.fillStyle = shape[4];
    pen.fill(new Path2D(outline(shape)));
  }
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return new File([blob], "sample.png", { type: "image/png" });
}
