// Work on the whole library, watched until it ends.

import { call } from "../base/api.js";
import { follow } from "./follow.js";

const OPEN = new Set(["queued", "running", "waiting", "paused"]);

export const isOpen = (job) => job !== null && OPEN.has(job.state);

/** `tell(job)` hears how it is, last when it has ended; `fail(error)` of what the server refuses. */
export function watchJob(id, tell, fail = () => {}) {
  return follow(async () => {
    try {
      const job = await call("GET", `/api/jobs/${id}`);
      tell(job);
      return isOpen(job);
    } catch (error) {
      if (error.status === 0 || error.status >= 500) throw error; // the server restarts
      fail(error);
      return false;
    }
  });
}

export const cancelJob = (id) => call("DELETE", `/api/jobs/${id}`);
