// Sends files one by one, two at a time, and tells how many are through and what was refused.

import { call } from "../../base/api.js";

const AT_ONCE = 2;

/** `wanted`: {topic, questions}; `items`: [{file, path}]; `tell({done, count, refused, documents})`. */
export async function sendFiles(items, wanted, tell) {
  const waiting = [...items];
  const state = { done: 0, count: items.length, refused: [], documents: 0 };
  tell(state);
  async function work() {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        const answer = await call("POST", "/api/documents", { form: toForm(item, wanted) });
        state.documents += answer.documents.length;
        state.refused.push(...answer.left_out);
      } catch (error) {
        state.refused.push({ name: item.path, code: error.code, message: error.message });
      }
      state.done += 1;
      tell(state);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return state;
}

export const sendText = (topic, title, text) => call("POST", "/api/documents", { json: { topic, title, text } });

function toForm({ file, path }, { topic, questions }) {
  const form = new FormData();
  form.append("topic", topic);
  if (questions) form.append("kind", "questions");
  if (path.includes("/") && !path.toLowerCase().endsWith(".zip")) form.append("name", path);
  form.append("file", file, file.name);
  return form;
}
