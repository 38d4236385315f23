// [n] in an answer from documents.

export const citation = {
  name: "citation",
  level: "inline",
  start: (text) => text.match(/\[\d{1,3}\]/)?.index,
  tokenizer(text) {
    const found = /^\[(\d{1,3})\](?![[(:])/.exec(text) ?? /^\[(\d{1,3})\](?=\[\d{1,3}\])/.exec(text);
    return found ? { type: "citation", raw: found[0], number: Number(found[1]) } : undefined;
  },
};
