// A hidden choice of files, opened by a button of the page.

import { h } from "../base/element.js";

/** `take(files)` gets what was chosen; the same file may be chosen again afterwards. */
export function fileInput(props, take) {
  const input = h("input", { type: "file", hidden: true, ...props });
  input.hasChangeListener = true; // unfold looks after inputs of its own forms only
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    take(files);
  });
  return input;
}
