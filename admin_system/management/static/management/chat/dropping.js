// The whole page takes pictures: dropped anywhere, or pasted.

import { h, icon } from "../base/element.js";
import { plural } from "../base/words.js";

/** `take(files)` gets what is dropped or pasted. */
export function takeDrops(take) {
  let depth = 0;
  const words = h("p", {});
  const sign = h("div", { class: "drop-over", hidden: true }, icon("image", "i-l"), words);
  document.getElementById("content").append(sign);
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const show = (on) => (sign.hidden = !on);

  document.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth += 1;
    const count = event.dataTransfer.items.length;
    words.textContent = plural("Release to add {count} picture", "Release to add {count} pictures", count);
    show(true);
  });
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth -= 1;
    if (depth <= 0) show((depth = 0) > 0);
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    take([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}
