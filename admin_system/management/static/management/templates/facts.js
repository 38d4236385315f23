// What the server tells of kinds, languages and variables, in the page's language.

const facts = JSON.parse(document.getElementById("facts").textContent);

/** Whether this user may change templates. */
export const mayChange = facts.may_change;
export const longest = facts.longest;
/** `[{value, word, variables}]` */
export const kinds = facts.kinds;
export const languages = facts.languages;
/** Variable -> what it stands for. */
export const meanings = facts.meanings;

export const kindOf = (value) => kinds.find((kind) => kind.value === value);
export const languageOf = (value) => languages.find((language) => language.value === value);
