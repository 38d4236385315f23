// One document as a row of the list; drawn anew whenever it has changed.

import { h, icon } from "../../base/element.js";
import { _, figure } from "../../base/words.js";
import { facts, pageOf } from "../facts.js";
import { menuButton } from "../menu.js";
import { bytes, shortMoment } from "../sizes.js";
import { isWorking, may, stateLook, stateWord } from "../states.js";

/** What the state column shows: a bar while there is work on it, else a tag. */
export function stateCell(document) {
  if (!isWorking(document)) return h("span", { class: `tag ${stateLook(document.state)}` }, stateWord(document));
  const percent = Math.round(100 * document.progress);
  const word = stateWord(document);
  return h(
    "div",
    { class: "going" },
    h("div", { class: "row small" }, h("span", { class: "grow" }, word), h("span", { class: "num dim" }, `${percent}%`)),
    h(
      "div",
      { class: "bar", role: "progressbar", "aria-label": word, "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100 },
      h("i", { style: { width: `${percent}%` } }),
    ),
  );
}

/** Why it failed or waits, with the way to its line of the page on troubleshooting. */
export function reason({ state, error }) {
  if (error === null) return null;
  return h(
    "p",
    { class: `why ${state === "failed" ? "why--bad" : ""}` },
    error.message,
    " ",
    h("a", { href: `/help/troubleshooting/#${error.code}` }, _("What to do")),
  );
}

/** Buttons for what may be done to the work on it; `act(deed)` does one. */
export function deedButtons(document, act) {
  const deeds = [
    ["pause", "pause", _("Pause")],
    ["resume", "play", _("Resume")],
    ["retry", "redo", _("Try again")],
    ["cancel", "x", _("Stop")],
  ];
  return deeds
    .filter(([name]) => may(name, document))
    .map(([name, drawing, word]) =>
      h("button", { class: "btn icon quiet s", type: "button", title: word, "aria-label": `${word}: ${document.title}`, onclick: () => act(name) }, icon(drawing)),
    );
}

/** `on`: {chosen(id, checked), deed(document, name), rename, move, remove}. */
export function documentRow(document, checked, on) {
  const box = h("input", {
    type: "checkbox", checked, "aria-label": _("Choose {title}", { title: document.title }),
    onchange: () => on.chosen(document.id, box.checked),
  });
  const more = menuButton(_("More: {title}", { title: document.title }), () => [
    { word: _("Open"), icon: "eye", act: () => location.assign(pageOf("document", document.id)) },
    { word: _("Download the file"), icon: "import", href: document.file_url, download: "" },
    ...(facts.mayChange
      ? [
          { word: _("Rename"), icon: "edit", act: () => on.rename(document) },
          { word: _("Move to a topic"), icon: "folder", act: () => on.move([document.id]) },
          null,
          { word: _("Delete"), icon: "trash", danger: true, act: () => on.remove([document.id]) },
        ]
      : []),
  ]);
  const folder = document.name.slice(0, Math.max(document.name.lastIndexOf("/"), 0));
  return h(
    "tr",
    { dataset: { id: document.id, state: document.state } },
    h("td", { class: "c-box" }, facts.mayChange && box),
    h(
      "td",
      { class: "c-title" },
      h(
        "div",
        { class: "row c-title__in" },
        h("span", { class: "dim" }, icon(document.format === "picture" ? "image" : "file")),
        h(
          "div",
          { class: "c-title__words" },
          h("a", { class: "cut", href: pageOf("document", document.id), title: document.name }, document.title),
          folder && h("p", { class: "tiny dim cut" }, folder),
          reason(document),
        ),
      ),
    ),
    h("td", { class: "c-topic mid" }, document.topic),
    h("td", { class: "c-state" }, stateCell(document)),
    h("td", { class: "r c-passages", "data-word": _("Passages") }, document.passages ? figure(document.passages) : "–"),
    h("td", { class: "r dim c-size" }, bytes(document.size)),
    h("td", { class: "r dim c-day" }, h("time", { datetime: document.created_at }, shortMoment(document.created_at))),
    h("td", { class: "c-acts" }, h("span", { class: "row acts" }, facts.mayChange && deedButtons(document, (name) => on.deed(document, name)), more)),
  );
}
