// Models on their way from the Hub or ModelScope: begun in a window, watched in rows.

import { call } from "../base/api.js";
import { h } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _ } from "../base/words.js";
import { bytes } from "../service/amounts.js";
import { share, Speed, timeLeft } from "./figures.js";
import { openWindow } from "./window.js";

const card = document.getElementById("downloads");
const list = document.getElementById("download-rows");
const speeds = new Map();
let shown = "";

/** `onDeed()` after something was begun. */
export function askForDownload(onDeed) {
  openWindow(_("Download model"), (close) => {
    const name = h("input", { class: "input", placeholder: "Qwen/Qwen2-VL-2B-Instruct", required: true, spellcheck: "false", autocapitalize: "none" });
    const source = h("select", { class: "input" }, h("option", { value: "hub" }, "Hugging Face Hub"), h("option", { value: "modelscope" }, _("ModelScope, quicker from China")));
    const revision = h("input", { class: "input", placeholder: _("The newest") });
    const fault = h("div", {});
    const begin = h("button", { class: "btn primary", type: "submit" }, _("Download"));
    const submit = async (event) => {
      event.preventDefault();
      begin.disabled = true;
      try {
        await call("POST", "/api/service/downloads", { json: { name: name.value.trim(), source: source.value, revision: revision.value.trim() } });
        close();
        onDeed();
      } catch (error) {
        fault.replaceChildren(faultCard(error));
        begin.disabled = false;
      }
    };
    const field = (word, control) => h("label", { class: "field" }, h("span", {}, word), control);
    return h(
      "form",
      { class: "stack", onsubmit: submit },
      field(_("Name, as owner/name"), name),
      field(_("Source"), source),
      field(_("Branch, tag or commit"), revision),
      h("p", { class: "small dim" }, _("It goes on in the background and can be stopped and gone on with. Every file is checked.")),
      fault,
      h("div", { class: "row dialog-acts" }, h("button", { class: "btn", type: "button", onclick: close }, _("Cancel")), begin),
    );
  });
}

/** → whether one of them runs. */
export function showDownloads(rows, onDeed, onFault) {
  const now = JSON.stringify(rows);
  card.hidden = rows.length === 0;
  if (now !== shown) {
    shown = now;
    const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    list.replaceChildren(...rows.map((row) => entry(row, onDeed, onFault)));
    if (focused !== null) (list.querySelector(`[aria-label="${CSS.escape(focused)}"]`) ?? list.querySelector("button"))?.focus();
  }
  return rows.some((row) => row.state === "running");
}

function entry(row, onDeed, onFault) {
  const looks = { running: ["tag acc run", _("Downloading")], stopped: ["tag off", _("Stopped")], failed: ["tag bad", _("Failed")], done: ["tag ok", _("Complete")] };
  const [look, word] = looks[row.state];
  const deed = (name, method, path, style = "") => h("button", { class: `btn s ${style}`, type: "button", "aria-label": `${name}: ${row.name}`, onclick: () => act(method, path, onDeed, onFault) }, name);
  const acts = row.state === "running"
    ? [deed(_("Stop"), "POST", `/${row.id}/stop`)]
    : [row.state !== "done" && deed(_("Go on"), "POST", `/${row.id}/resume`), deed(_("Take off the list"), "DELETE", `/${row.id}`, "quiet")].filter(Boolean);
  const source = row.source === "hub" ? "Hugging Face Hub" : "ModelScope";
  return h(
    "article",
    { class: "mrow", "aria-label": row.name },
    h("div", {}, h("h3", {}, row.name, h("span", { class: look }, word)), h("p", { class: "facts" }, [source, row.revision, row.model && _("configured as {name}", { name: row.model })].filter(Boolean).join(" · "))),
    h("div", { class: "meter" }, meter(row)),
    h("div", { class: "act" }, acts),
    row.error && h("div", { class: "why" }, h("span", { class: "grow" }, row.error.message), h("a", { href: `/help/troubleshooting/#${row.error.code}` }, _("What to do"))),
  );
}

function meter(row) {
  if (row.bytes_total === null) return row.state === "running" ? [h("p", { class: "small dim" }, _("Asking the source"))] : [];
  const percent = Math.floor((100 * row.bytes_done) / Math.max(row.bytes_total, 1));
  if (!speeds.has(row.id)) speeds.set(row.id, new Speed());
  const speed = row.state === "running" ? speeds.get(row.id).push(row.bytes_done) : 0;
  const words = [share(row.bytes_done, row.bytes_total), speed > 0 && `${bytes(speed)}/s`, timeLeft(row.bytes_total - row.bytes_done, speed)];
  return [
    h("div", { class: "bar need", role: "progressbar", "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": row.name }, h("i", { style: { width: `${percent}%` } })),
    h("p", { class: "row tiny num dim" }, h("span", { class: "grow" }, words.filter(Boolean).join(" · ")), h("span", {}, `${percent}%`)),
  ];
}

async function act(method, path, onDeed, onFault) {
  try {
    await call(method, `/api/service/downloads${path}`);
  } catch (error) {
    onFault(error);
  }
  onDeed();
}
