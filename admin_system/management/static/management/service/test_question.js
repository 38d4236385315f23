// One question to the model, to see that it answers.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";

const LONGEST = 64; // tokens

export function makeTest() {
  const element = h("div", { class: "test", role: "status" });
  let asking = false;
  let allowed = false;

  async function ask() {
    if (asking || !allowed) return;
    asking = true;
    const question = _("What can you do? Answer in one sentence.");
    element.replaceChildren(h("p", { class: "small dim" }, question), h("p", { class: "mid" }, _("Waiting for the answer")));
    try {
      const json = { messages: [{ role: "user", content: question }], max_tokens: LONGEST };
      const answer = await call("POST", "/api/v1/chat/completions", { json });
      const said = answer.choices[0].message.content.trim();
      const cost = answer.usage && _("{tokens} tokens", { tokens: answer.usage.completion_tokens });
      const time = _("{seconds} s", { seconds: parseFloat(answer.processing_time) });
      element.replaceChildren(
        h("p", { class: "small dim" }, question),
        h("p", { class: "said" }, said || _("The answer is empty.")),
        h("p", { class: "tiny dim" }, [answer.model, cost, time].filter(Boolean).join(" · ")),
      );
    } catch (error) {
      element.replaceChildren(faultCard(error));
    } finally {
      asking = false;
    }
  }
  return {
    element,
    ask,
    clear: () => element.replaceChildren(),
    allow: (now) => (allowed = now),
  };
}
