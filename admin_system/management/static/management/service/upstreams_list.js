// The services behind a model elsewhere: which of them answer, and what each has to do.

import { h } from "../base/element.js";
import { _, figure } from "../base/words.js";

export function upstreamsList(engine) {
  const upstreams = engine?.upstreams ?? [];
  if (!upstreams.length) return null;
  return h("ul", { class: "upstreams", "aria-label": _("Services of the model") }, upstreams.map(line));
}

function line({ url, healthy, running, answered, reason, next_look: next }) {
  const word = healthy ? _("In use") : _("Left out");
  const facts = [
    _("{running} in flight", { running: figure(running) }),
    _("{answered} answered", { answered: figure(answered) }),
    !healthy && next !== null && _("next look in {seconds} s", { seconds: figure(Math.ceil(next)) }),
    reason,
  ].filter(Boolean);
  return h(
    "li",
    {},
    h("span", { class: "grow" }, url),
    h("span", { class: "dim small" }, facts.join(" · ")),
    h("span", { class: `tag ${healthy ? "ok" : "bad"}` }, word),
  );
}
