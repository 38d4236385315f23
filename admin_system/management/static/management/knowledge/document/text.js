// The whole text of a document, written anew in a dialog.

import { call } from "../../base/api.js";
import { h } from "../../base/element.js";
import { toast } from "../../base/toast.js";
import { _ } from "../../base/words.js";
import { field, formDialog } from "../form_dialog.js";

/** Throws ApiError where the text cannot be read; a refused one stays in the dialog. */
export async function editText({ id, text_url: address }) {
  const { text, version } = await call("GET", address);
  const area = h("textarea", { class: "input input--text", rows: 14, required: true });
  area.value = text;
  const answer = await formDialog(
    _("Edit the text"),
    field(_("Text"), area, _("The former text is found until the new one is ready.")),
    _("Save"),
    () => call("PATCH", `/api/documents/${id}`, { json: { text: area.value, version } }),
    { wide: true },
  );
  if (answer !== null) toast(_("Saved: the new text is being worked on."));
}
