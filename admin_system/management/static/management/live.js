// Keeps the model's state on an admin page up to date, and copies keys.

const IDLE = 5000; // milliseconds between two questions while nothing changes
const BUSY = 700; // while a model loads
const PATIENCE = 30000; // after the server did not answer, at most

const shown = new Map();
let wake = () => {};

function show(fragments) {
  for (const [id, html] of Object.entries(fragments)) {
    const element = document.getElementById(id);
    if (element === null || shown.get(id) === html) continue;
    const focused = element.contains(document.activeElement);
    element.innerHTML = html;
    shown.set(id, html);
    if (focused) element.querySelector("a, button")?.focus();
  }
}

async function follow(address) {
  let pause = IDLE;
  for (;;) {
    if (document.hidden) {
      await new Promise((resume) =>
        document.addEventListener("visibilitychange", resume, { once: true }),
      );
      continue;
    }
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (response.redirected || response.status === 403) return; // logged out
      if (!response.ok) throw new Error(String(response.status));
      const { busy, fragments } = await response.json();
      show(fragments);
      pause = busy ? BUSY : IDLE;
    } catch {
      pause = Math.min(pause * 2, PATIENCE); // the server restarts, or is gone
    }
    await new Promise((resume) => {
      wake = resume;
      setTimeout(resume, pause);
    });
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // a page without TLS has no clipboard of its own
  }
  button.textContent = button.dataset.copied;
}

addEventListener("model-change", () => wake());
const live = document.querySelector("[data-live]");
if (live !== null) follow(live.dataset.live);
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button));
}
