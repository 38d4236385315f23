// The menu of exports: the set in the formats of annotation tools, its drawn pictures, this picture.

import { openMenu } from "../base/menu.js";
import { _, plural } from "../base/words.js";

const FORMATS = [
  ["coco", () => "COCO", () => "JSON"],
  ["yolo", () => "YOLO", () => "TXT · ZIP"],
  ["labelme", () => "LabelMe", () => "JSON · ZIP"],
  ["csv", () => "CSV", () => _("Table")],
];

/** `current()` → the picture that is shown; `settle()` → when all edits are kept, so that an export has them. */
export function offerExports(anchor, set, { current, settle }) {
  const done = set.done;
  const title = plural("The set: {count} picture, {done} done", "The set: {count} pictures, {done} done", set.pictures.length, { done });
  const get = (format) => settle().then(() => download(`/api/analyses/export?format=${format}&set=${set.id}`));
  const picture = current();
  const single = picture?.done
    ? [{ text: _("This picture only"), note: "PNG", icon: null, run: () => settle().then(() => download(pictureAddress(picture), drawnName(picture))) }]
    : [];
  openMenu(anchor, [
    { title },
    ...FORMATS.map(([format, name, note]) => ({ text: name(), note: note(), run: () => get(format) })),
    null,
    { text: _("Pictures with their boxes"), note: "PNG · ZIP", run: () => get("pictures") },
    ...single,
  ], _("Export"));
}

const pictureAddress = ({ analysis, url }) => analysis.boxed_image_url ?? url;

function drawnName(picture) {
  const suffix = pictureAddress(picture).match(/\.(png|jpg)$/)?.[0] ?? "";
  return picture.name.replace(/\.\w+$/, "") + (suffix || ".png");
}

function download(address, name = "") {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
