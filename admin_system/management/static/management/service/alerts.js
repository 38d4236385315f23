// The page of alerts and events.

import { showAlerts } from "./alerts_list.js";
import { showEvents } from "./events_list.js";

showAlerts(document.getElementById("alerts"));
showEvents(document.getElementById("events"));
