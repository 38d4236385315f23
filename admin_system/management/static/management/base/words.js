// Texts in the page's language: Django's JavaScript catalogue, loaded before the modules.

const catalogue = globalThis.django;

/** The translation of an English text; `{name}` stands for a value. */
export function _(text, values) {
  return fill(catalogue.gettext(text), values);
}

/** As `_`, where a number decides the form; it stands for `{count}` itself. */
export function plural(one, many, count, values) {
  return fill(catalogue.ngettext(one, many, count), { count: figure(count), ...values });
}

/** A number as it is written here: thin spaces between thousands. */
export function figure(number, digits = 0) {
  return new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(number)
    .replaceAll(",", "\u202f");
}

/** A moment as people here write it. */
export function moment(text, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(language(), options).format(new Date(text));
}

export const language = () => (document.documentElement.lang.startsWith("en") ? "en" : "zh-Hans");

function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
