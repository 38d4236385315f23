// Copies a text, also where the browser keeps its clipboard shut: pages over plain HTTP from another computer.

export async function copyText(text) {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  (document.getElementById("app") ?? document.body).append(field);
  field.select();
  document.execCommand("copy"); // the only way there
  field.remove();
  before?.focus?.();
}
