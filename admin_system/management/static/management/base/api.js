// The public HTTP API, spoken with the session of whoever is logged in.

import { _, language } from "./words.js";

/** What the server, or the way to it, answered instead of data; `message` is a sentence for people. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = null, param = null, requestId = null, retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, code, param, requestId, retryAfter });
  }
}

/** → the JSON of the answer, or null for 204. Throws ApiError, and AbortError when `signal` says so. */
export async function call(method, path, options = {}) {
  const response = await send(method, path, options);
  return response.status === 204 ? null : response.json();
}

/** → the Response of a call that went well, for files and streams. Throws as `call`. */
export async function send(method, path, { json, form, signal } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": language(), "X-CSRFToken": cookie("csrftoken") };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: json === undefined ? form : JSON.stringify(json) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(_("The server does not answer. Check that it runs, then try again."), { code: "unreachable" });
  }
  if (!response.ok) throw await readError(response);
  return response;
}

/** Every item of a paged list, page after page: `for await (const item of each("/api/topics"))`. */
export async function* each(path, options = {}) {
  const address = new URL(path, location.href);
  for (;;) {
    const page = await call("GET", `${address.pathname}${address.search}`, options);
    yield* page.data;
    if (!page.next_cursor) return;
    address.searchParams.set("cursor", page.next_cursor);
  }
}

async function readError(response) {
  let error = {};
  try {
    ({ error } = await response.json());
  } catch {
    // a proxy's page, not our answer
  }
  return new ApiError(error.message ?? _("The server answered with the status {status}.", { status: response.status }), {
    status: response.status,
    code: error.code ?? null,
    param: error.param ?? null,
    requestId: response.headers.get("x-request-id"),
    retryAfter: Number(response.headers.get("retry-after")) || null,
  });
}

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found === undefined ? "" : decodeURIComponent(found.slice(name.length + 1));
}
