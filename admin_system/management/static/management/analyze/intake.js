// Pictures come in: dropped as files or folders, pasted, or chosen.

import { h, icon } from "../base/element.js";
import { _, plural } from "../base/words.js";

const PICTURES = "image/jpeg,image/png,image/webp,image/gif,image/bmp,image/tiff,image/heic,image/heif,.heic,.heif";
const ENDINGS = /\.(jpe?g|png|webp|gif|bmp|tiff?|heic|heif)$/i;

/** `take(files, title)`; a folder gives the title, where there is one. */
export function takeDrops(take) {
  let depth = 0;
  const words = h("p", {});
  const sign = h("div", { class: "drop-sign", hidden: true }, h("div", { class: "drop-card" }, icon("image", "i-l"), words));
  document.getElementById("content").append(sign);
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

  document.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth += 1;
    words.textContent = plural("Release to add {count} picture or folder", "Release to add {count} pictures or folders", event.dataTransfer.items.length);
    sign.hidden = false;
  });
  document.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  document.addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth -= 1;
    sign.hidden = depth > 0 ? sign.hidden : true;
  });
  document.addEventListener("drop", async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    sign.hidden = true;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = [...event.dataTransfer.files]; // gone after the first wait
    if (entries.length === 0) return take(files, "");
    const found = (await Promise.all(entries.map(filesOf))).flat();
    take(found, entries.find((entry) => entry.isDirectory)?.name ?? "");
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files, "");
  });
}

/** Opens the system's dialog; `folder` lets a whole folder be chosen. */
export function choose(take, { folder = false } = {}) {
  const input = h("input", { type: "file", multiple: true, hidden: true, accept: folder ? null : PICTURES, webkitdirectory: folder });
  input.setAttribute("aria-label", folder ? _("Choose a folder") : _("Choose pictures"));
  input.addEventListener("change", () => {
    const files = [...input.files];
    const title = folder ? (files[0]?.webkitRelativePath.split("/")[0] ?? "") : "";
    input.remove();
    take(folder ? inOrder(files.filter(isPicture)) : files, title);
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

/** Of a folder only what looks like a picture, as a person would take it; of a file itself. */
async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const inside = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break; // a hundred at a time, and at last none
    inside.push(...some);
  }
  const files = (await Promise.all(inside.map(filesOf))).flat();
  return inOrder(files.filter(isPicture));
}

/** By its name alone; what a file is, the server finds. */
export const isPicture = (file) => ENDINGS.test(file.name) && !file.name.startsWith(".");

/** 2.jpg before 10.jpg. */
const inOrder = (files) => files.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
