// The embedding models: the one in use, others that are known, and the change to another.

import { call } from "../../base/api.js";
import { h } from "../../base/element.js";
import { faultCard } from "../../base/fault.js";
import { toast } from "../../base/toast.js";
import { _ } from "../../base/words.js";
import { field, formDialog } from "../form_dialog.js";
import { folderBrowser } from "./folders.js";

const KINDS = () => ({ bundled: _("The bundled model (reads English)"), folder: _("A folder of sentence-transformers"), url: _("An OpenAI-compatible service"), hash: _("Hashed words (for trials)") });

/** `begun()` is called when a change has begun. → {element, load}. */
export function modelCard(begun) {
  const rows = h("tbody");
  const element = h(
    "section",
    { class: "card list-card" },
    h("header", {}, h("h2", {}, _("Embedding models")), h("span", { class: "grow" }), h("button", { class: "btn", type: "button", onclick: change }, _("Change the model"))),
    h("div", { class: "tw" }, h("table", { class: "list embedders" }, h("thead", {}, h("tr", {}, [_("Name"), _("Kind"), _("Where"), ""].map((word) => h("th", { scope: "col" }, word)))), rows)),
  );

  async function load() {
    try {
      const { data } = await call("GET", "/api/embedding-models");
      rows.replaceChildren(...data.map(row));
    } catch (error) {
      rows.replaceChildren(h("tr", {}, h("td", { colspan: 4 }, faultCard(error))));
    }
  }

  function row(model) {
    return h(
      "tr",
      {},
      h("td", {}, model.name),
      h("td", { class: "mid" }, KINDS()[model.kind]),
      h("td", { class: "mono mid where" }, model.path ?? (model.url ? `${model.url} · ${model.model}` : "–")),
      h("td", {}, model.is_current && h("span", { class: "tag ok" }, _("In use"))),
    );
  }

  async function change() {
    const kinds = KINDS();
    const kind = h("select", { class: "input" }, ["folder", "url", "bundled"].map((name) => h("option", { value: name }, kinds[name])));
    const text = (props) => h("input", { class: "input", autocomplete: "off", ...props });
    const [path, url, model, key, name] = [
      text({ maxlength: 500, placeholder: "/models/bge-m3" }), text({ maxlength: 500, placeholder: "https://…/v1" }), text({ maxlength: 200 }), text({ maxlength: 500, type: "password", autocomplete: "new-password" }), text({ maxlength: 90 }),
    ];
    const fields = {
      folder: [field(_("Folder on the server"), path, _("Of a sentence-transformers model. A multilingual one such as bge-m3 reads Chinese too.")), folderBrowser(path)],
      url: [field(_("Address"), url), field(_("Model there"), model), field(_("Key"), key)],
      bundled: [],
    };
    const place = h("div", { class: "stack" });
    const choose = () => place.replaceChildren(...fields[kind.value]);
    kind.addEventListener("change", choose);
    choose();
    const job = await formDialog(
      _("Change the embedding model"),
      [
        h("p", { class: "small dim" }, _("The model is loaded once to see that it works. Then all passages are embedded anew in the background, and searches change over when that is done.")),
        field(_("Kind"), kind), place, field(_("Name"), name, _("Left empty, it is named for what it is.")),
      ],
      _("Load and change"),
      () => call("POST", "/api/embedding-models", { json: { kind: kind.value, name: name.value.trim(), ...values() } }),
    );
    function values() {
      if (kind.value === "folder") return { path: path.value.trim() };
      if (kind.value === "url") return { url: url.value.trim(), model: model.value.trim(), key: key.value };
      return {};
    }
    if (job === null) return;
    toast(_("The change has begun."));
    load();
    begun();
  }
  load();
  return { element, load };
}
