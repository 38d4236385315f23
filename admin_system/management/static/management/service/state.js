// The page of the live state: the model and every figure.

import { faultCard } from "../base/fault.js";
import { FIGURES, figureCard } from "./figures.js";
import { followHistory } from "./history.js";
import { showModel } from "./model_card.js";

showModel(document.getElementById("model-card"));

const place = document.getElementById("figures");
const cards = Object.keys(FIGURES).map(figureCard);
place.append(...cards.map((card) => card.element));
let fault = null;
const change = followHistory((history) => {
  fault?.remove();
  cards.forEach((card) => card.show(history));
}, (error) => {
  fault?.remove();
  place.before((fault = faultCard(error)));
});

const buttons = document.querySelectorAll("#range button");
for (const button of buttons) {
  button.addEventListener("click", () => {
    buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    change(button.dataset.over);
  });
}
