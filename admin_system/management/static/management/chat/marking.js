// Which sentences of a passage an answer rests on: those that it shares most with, if it shares enough.

import { h } from "../base/element.js";

const ENOUGH = 0.5; // share of the pairs of letters of the answer's sentence that stand in the passage's
const FEWEST = 5; // pairs that make a sentence worth comparing
const SENTENCES = /[^。！？!?\n]*?(?:[。！？!?]+|\.(?=\s|$)|\n+|$)/g;

/** `places`: the answer up to each of its citations → texts and <mark>s that make up the passage. */
export function markSentences(passage, places) {
  const sentences = split(passage);
  const held = sentences.map(pairs);
  const marked = new Set();
  for (const wanted of places.flatMap((place) => split(supported(place))).map(pairs)) {
    const shares = held.map((one) => share(wanted, one));
    const best = Math.max(0, ...shares);
    if (best >= ENOUGH) marked.add(shares.indexOf(best));
  }
  return sentences.map((sentence, at) => (marked.has(at) ? h("mark", {}, sentence) : sentence));
}

/** What a citation stands behind: the words since the citation before it. */
const supported = (place) => place.split(/\[\d+\]/).findLast((words) => words.trim() !== "") ?? "";

const split = (text) => text.match(SENTENCES).filter((sentence) => sentence !== "");

function pairs(text) {
  const letters = [...text.toLowerCase().replace(/[\s\p{P}]/gu, "")];
  return new Set(letters.slice(1).map((letter, at) => letters[at] + letter));
}

/** Of the smaller of the two that lies in the other. */
function share(one, other) {
  if (Math.min(one.size, other.size) < FEWEST) return 0;
  const both = [...one].filter((pair) => other.has(pair)).length;
  return both / Math.min(one.size, other.size);
}
