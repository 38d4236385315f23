// What models write round the things they point at: the label is shown, the numbers are drawn instead.

const LABEL = /^(?:<ref>([\s\S]*?)<\/ref>|<\|object_ref_start\|>([\s\S]*?)<\|object_ref_end\|>)/;
const SHAPE = /^(?:<(box|quad)>[\s\S]*?<\/\1>|<\|(box|quad)_start\|>[\s\S]*?<\|\2_end\|>)/;
const BEGIN = /<(?:ref>|box>|quad>|\|(?:object_ref|box|quad)_start\|>)/;
const OPEN_LABEL = /^(?:<ref>|<\|object_ref_start\|>)([^<\n]*)(?:<[/|a-z_]*)?$/;
const OPEN_SHAPE = /^(?:<(?:box|quad)>|<\|(?:box|quad)_start\|>)[\d\s(),.]*(?:<[/|a-z_]*)?$/;
const NAMES_BOXES = /"(?:bbox_2d|point_2d|box_2d|bbox)"\s*:/;

export const boxTags = {
  name: "boxLabel",
  level: "inline",
  start: (text) => text.match(BEGIN)?.index,
  tokenizer(text) {
    const label = LABEL.exec(text);
    if (label) return { type: "boxLabel", raw: label[0], text: label[1] ?? label[2] };
    const shape = SHAPE.exec(text);
    return shape ? { type: "boxLabel", raw: shape[0], text: "" } : undefined;
  },
};

/** The same of which more is to come: no number is seen before its box is complete. */
export const openBoxTags = {
  name: "boxLabelOpen",
  level: "inline",
  start: boxTags.start,
  tokenizer(text) {
    const label = OPEN_LABEL.exec(text);
    if (label) return { type: "boxLabel", raw: label[0], text: label[1] };
    const shape = OPEN_SHAPE.exec(text);
    return shape ? { type: "boxLabel", raw: shape[0], text: "" } : undefined;
  },
};

/** Whether a block of code is a list of boxes, which the picture shows better. */
export const listsBoxes = (code) => NAMES_BOXES.test(code);
