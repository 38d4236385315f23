// The usage page: figures of a period, columns by day, tables by model and by caller.

import { call } from "../base/api.js";
import { h, icon } from "../base/element.js";
import { faultCard } from "../base/fault.js";
import { _, figure } from "../base/words.js";
import { barChart } from "../charts/bars.js";
import { daysBefore, daysBetween, nameDay, periodChoice } from "./period.js";
import { nameCaller, usageTable } from "./tables.js";

const FIRST = 30; // days
const page = document.getElementById("usage");
const body = h("div", { style: { display: "contents" } });
let last = null; // day that the server calls today

const address = (days, group, more = "") => {
  const from = last === null ? "" : `&from=${daysBefore(last, days - 1)}&to=${last}`;
  return `/api/usage?group=${group}${from}${more}`;
};

async function show(days) {
  page.setAttribute("aria-busy", "true");
  try {
    if (last === null) last = (await call("GET", "/api/usage")).to;
    const [byDay, byModel, byCaller] = await Promise.all(
      ["day", "model", "caller"].map((group) => call("GET", address(days, group))),
    );
    const chart = dayChart();
    body.replaceChildren(
      figures(byDay.total),
      h("section", { class: "card wide" }, h("header", {}, h("h2", { class: "grow" }, _("Tokens a day")), legend()), h("div", { class: "body" }, chart.element)),
      usageTable(_("Models"), _("Model"), byModel.data, (line) => line.model, address(days, "model", "&format=csv")),
      usageTable(_("Callers"), _("Caller"), byCaller.data, nameCaller, address(days, "caller", "&format=csv")),
    );
    chart.show(readDays(byDay));
  } catch (error) {
    body.replaceChildren(faultCard(error, h("button", { class: "btn s", type: "button", onclick: () => show(days) }, _("Try again"))));
  }
  page.setAttribute("aria-busy", "false");
}

function readDays(report) {
  const known = new Map(report.data.map((line) => [line.day, line]));
  const times = daysBetween(report.from, report.to);
  const values = (name) => times.map((day) => known.get(day)?.[name] ?? 0);
  return {
    times,
    series: [
      { name: _("Questions"), values: values("prompt_tokens") },
      { name: _("Answers"), values: values("completion_tokens") },
    ],
  };
}

function dayChart() {
  return barChart({
    label: _("Tokens a day"),
    at: nameDay,
    words: { data: _("Figures"), at: _("Day"), none: _("Nothing in this period.") },
  });
}

function legend() {
  return h(
    "div",
    { class: "plot__legend" },
    h("span", {}, h("i", { class: "plot__square" }), _("Questions")),
    h("span", {}, h("i", { class: "plot__square plot__square--2" }), _("Answers")),
  );
}

function figures(total) {
  const shown = [
    [_("Requests"), total.requests, ""],
    [_("Question tokens"), total.prompt_tokens, _("{count} not computed again", { count: figure(total.cached_tokens) })],
    [_("Answer tokens"), total.completion_tokens, ""],
    [_("Pictures"), total.pictures, ""],
    [_("Errors"), total.errors, ""],
  ];
  const one = ([word, count, note]) => h("div", { class: "figure" }, h("dt", {}, word), h("dd", {}, figure(count), note && h("small", {}, note)));
  return h("section", { class: "card wide" }, h("dl", { class: "figures" }, shown.map(one)));
}

page.append(
  h("div", { class: "bar-of-choices" }, periodChoice(FIRST, show), h("span", { class: "grow" }), h("a", { class: "btn s", href: "/api/usage?group=day&format=csv", download: true }, icon("import"), _("Download as CSV"))),
  body,
);
show(FIRST);
