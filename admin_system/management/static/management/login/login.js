// The login page: light and dark, and the password in readable letters while it is typed.

import { switchTheme } from "../base/theme.js";

document.getElementById("theme").addEventListener("click", switchTheme);

const password = document.getElementById("password");
const show = document.getElementById("show");
show?.addEventListener("click", () => {
  const readable = password.type === "password";
  password.type = readable ? "text" : "password";
  show.setAttribute("aria-pressed", String(readable));
  password.focus();
});
