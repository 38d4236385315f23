// Asks again while something moves, and rests when nothing does or nobody looks.

const PAUSE = 1000; // milliseconds
const PATIENCE = 15000; // after the server did not answer, at most

/**
 * `ask()` asks once and resolves to whether more is to be expected; what it throws is tried again,
 * later each time. → {wake}: asks at once, whatever was said before.
 */
export function follow(ask) {
  let timer = null;
  let asking = false;
  let again = false;
  let moving = true;
  let pause = PAUSE;

  async function look() {
    clearTimeout(timer);
    timer = null;
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      moving = await ask();
      pause = PAUSE;
    } catch {
      moving = true;
      pause = Math.min(pause * 2, PATIENCE);
    }
    asking = false;
    if (again) {
      again = false;
      look();
    } else if (moving && !document.hidden) {
      timer = setTimeout(look, pause);
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && moving && timer === null) look();
  });
  look();
  return { wake: look };
}
