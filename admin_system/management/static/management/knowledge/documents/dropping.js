// Files and folders that are dropped anywhere on the page, or chosen.

import { plural } from "../../base/words.js";

const HIDDEN = /(^|\/)(\.|Thumbs\.db$|__MACOSX\/)/;

/** [{file, path}] of what was dropped, folders with all that lies below them. */
export async function readDropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return chosen(transfer.files);
  const found = [];
  for (const entry of entries) if (entry !== null) await walk(entry, found);
  return found.filter(({ path }) => !HIDDEN.test(path));
}

/** As `readDropped`, of files that were chosen. */
export function chosen(files) {
  const items = Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
  return items.filter(({ path }) => !HIDDEN.test(path));
}

async function walk(entry, found) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
    return;
  }
  const reader = entry.createReader();
  for (;;) { // a reader gives a hundred at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const child of some) await walk(child, found);
  }
}

/** The whole page takes drops; `zone` turns cobalt meanwhile and says how many there are. */
export function takeDrops(zone, words, take) {
  const quiet = words.textContent;
  let depth = 0;
  const mark = (on, count = 0) => {
    zone.classList.toggle("over", on);
    words.textContent = on
      ? plural("Release to add {count} file or folder", "Release to add {count} files or folders", count)
      : quiet;
  };
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    mark(true, event.dataTransfer.items.length);
  });
  document.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) mark(false);
  });
  document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  document.addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    take(await readDropped(event.dataTransfer));
  });
}
