// A question set from a file of JSON, read here and sent as it is.

import { ApiError, call } from "../../base/api.js";
import { _ } from "../../base/words.js";

/** Raises ApiError for what is no JSON, or no question set. */
export async function sendSet(file) {
  let content;
  try {
    content = JSON.parse(await file.text());
  } catch {
    throw new ApiError(_("{file} is not JSON. A question set is JSON in SQuAD's layout, or a list of objects with passage and question.", { file: file.name }), { code: "question_set_unreadable" });
  }
  return call("POST", "/api/question-sets", { json: { name: file.name.replace(/\.json$/i, ""), content } });
}
