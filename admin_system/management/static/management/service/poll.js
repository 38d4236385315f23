// Asks again and again while somebody looks, and says when no answer comes.

const PATIENCE = 30000; // milliseconds; between two questions that go unanswered, at most

/**
 * `ask()` → a promise; `show(answer)` may return the milliseconds until the next question; `fail(error)`
 * is told of each that fails. Returns a function that asks at once.
 */
export function poll(ask, show, { every = 5000, fail = () => {} } = {}) {
  let wake = () => {};
  let hurry = false;

  async function run() {
    let pause = every;
    for (;;) {
      try {
        pause = show(await ask()) ?? every;
      } catch (error) {
        pause = Math.min(pause * 2, PATIENCE);
        fail(error);
      }
      if (!hurry) await rest(pause);
      hurry = false;
    }
  }

  function rest(pause) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        if (!document.hidden) return resolve();
        return document.addEventListener("visibilitychange", () => resolve(), { once: true });
      }, pause);
      wake = () => (clearTimeout(timer), resolve());
    });
  }

  run();
  return () => {
    hurry = true;
    wake();
  };
}
