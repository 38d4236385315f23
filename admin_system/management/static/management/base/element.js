// Makes elements without ever reading a text as HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * `h("button", {class: "btn", onclick: stop, "aria-label": "…", hidden: false}, "text", child)`.
 * Functions become listeners, `true` an attribute without value; false, null and undefined leave it out.
 */
export function h(tag, props = {}, ...children) {
  return dress(document.createElement(tag), props, children);
}

/** As `h`, for SVG. */
export function s(tag, props = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), props, children);
}

/** One of the drawings of base/icons.svg, named without its "i-". */
export function icon(name, size = "") {
  const file = document.querySelector("[data-icons]").dataset.icons;
  return s("svg", { class: `i ${size}`.trim(), "aria-hidden": "true" }, s("use", { href: `${file}#i-${name}` }));
}

function dress(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
