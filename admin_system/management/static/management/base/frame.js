// What works on every page of the people's own: theme, menu on a phone, the model's state.

import { follow } from "./model.js";
import { switchTheme } from "./theme.js";

const app = document.getElementById("app");
const opener = document.getElementById("open-side");

function openSide(open) {
  app.classList.toggle("side-open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#side a, #side button").focus();
}

document.getElementById("theme").addEventListener("click", switchTheme);
opener.addEventListener("click", () => openSide(true));
document.getElementById("close-side").addEventListener("click", () => (openSide(false), opener.focus()));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app.classList.contains("side-open")) {
    openSide(false);
    opener.focus();
  }
});
follow();
