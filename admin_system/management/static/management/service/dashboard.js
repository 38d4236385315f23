// The overview.

import { faultCard } from "../base/fault.js";
import { showAlerts } from "./alerts_list.js";
import { showEvents } from "./events_list.js";
import { figureCard } from "./figures.js";
import { followHistory } from "./history.js";
import { showModel } from "./model_card.js";
import { showRequests } from "./requests_table.js";

const byId = (id) => document.getElementById(id);

showAlerts(byId("alerts"));
showModel(byId("model-card"));
showRequests(byId("requests"));
showEvents(byId("events"));

const place = byId("figures");
const common = ["speed", "first", "progress"].map(figureCard);
const temperature = figureCard("temperature");
const processor = figureCard("processor"); // where there is no card whose temperature could be told
let fault = null;
place.append(...[...common, temperature, processor].map((card) => card.element));
temperature.element.hidden = processor.element.hidden = true;
followHistory((history) => {
  fault?.remove();
  common.forEach((card) => card.show(history));
  (history.gpus.length ? temperature : processor).show(history);
}, (error) => {
  fault?.remove();
  place.before((fault = faultCard(error)));
});
