// The page of the queue.

import { call } from "../base/api.js";
import { _ } from "../base/words.js";
import { poll } from "./poll.js";
import { showRequests } from "./requests_table.js";

const slots = document.getElementById("slots");
showRequests(document.getElementById("requests"));
poll(() => call("GET", "/api/status"), ({ engine }) => {
  slots.textContent = engine
    ? _("{running} of {slots} slots are in use, {waiting} waiting.", engine)
    : _("No model is available right now");
}, { every: 3000 });
