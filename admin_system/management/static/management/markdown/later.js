// Work that can wait: a few milliseconds of it in each frame, so that nothing stands still.

const SLICE = 6; // milliseconds of one frame
const waiting = [];
let planned = false;

export function later(work) {
  waiting.push(work);
  if (!planned) {
    planned = true;
    requestAnimationFrame(run);
  }
}

function run() {
  const began = performance.now();
  while (waiting.length > 0 && performance.now() - began < SLICE) waiting.shift()();
  planned = waiting.length > 0;
  if (planned) requestAnimationFrame(run);
}
