// The keys of the picture; single letters count only while it has the focus.

import { grown, moved } from "./geometry.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 10; // pixels, with Shift

/** For the frame of an editor; `rename(index)` is asked for by F2 and Enter. */
export function listen(editor, rename) {
  const letters = {
    v: () => editor.setTool("select"),
    b: () => editor.setTool("draw"),
    h: () => editor.setHidden(!editor.hidden),
    "+": () => editor.view.zoomIn(),
    "=": () => editor.view.zoomIn(),
    "-": () => editor.view.zoomOut(),
    0: () => editor.view.fit(),
  };

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.isComposing) return false;
    if (event.key === " ") return hold(true);
    if (event.key in ARROWS) return arrow(event);
    if (event.altKey) return false;
    if (event.key === "Escape") return escape();
    const deed = letters[event.key.toLowerCase()];
    if (deed !== undefined) return (deed(), true);
    if (editor.selected === null) return false;
    if (event.key === "Delete" || event.key === "Backspace") return (editor.remove(editor.selected), true);
    if (event.key === "F2" || event.key === "Enter") return (rename(editor.selected), true);
    return false;
  }

  function hold(on) {
    editor.gestures.panning = on;
    editor.frame.classList.toggle("panning", on);
    return true;
  }

  /** Moves the selected box, with Alt resizes it; without one the first or last is selected. */
  function arrow(event) {
    if (editor.boxes.length === 0) return false;
    const [dx, dy] = ARROWS[event.key].map((step) => step * (event.shiftKey ? FAR : 1));
    if (editor.selected === null) return (editor.select(dx + dy > 0 ? 0 : editor.boxes.length - 1), true);
    const change = event.altKey ? grown : moved;
    editor.setBox(editor.selected, change(editor.boxes[editor.selected].box, dx, dy, editor.size));
    return true;
  }

  function escape() {
    if (editor.gestures.abandon()) return true;
    if (editor.tool !== "select") return (editor.setTool("select"), true);
    if (editor.selected === null) return false;
    editor.select(null);
    editor.frame.focus({ preventScroll: true });
    return true;
  }

  editor.frame.addEventListener("keydown", (event) => press(event) && (event.preventDefault(), event.stopPropagation()));
  editor.frame.addEventListener("keyup", (event) => event.key === " " && hold(false) && event.preventDefault());
  editor.frame.addEventListener("blur", () => hold(false));
}
