// How a question set's figures went over time, of all three rankings.

import { legend, lineChart } from "../../charts/line.js";
import { call } from "../../base/api.js";
import { h } from "../../base/element.js";
import { _, figure, moment } from "../../base/words.js";
import { shortMoment } from "../sizes.js";
import { answersLine, FIGURES, figureTable } from "./figures.js";

const RUNS = 100;

/** `figure_` is one of FIGURES. → {element, load}. */
export function historyOf(name) {
  const body = h("div", { class: "stack" });
  let shownFigure = "hit@5";
  let runs = [];
  const choice = h(
    "div",
    { class: "seg", role: "group", "aria-label": _("Figure") },
    FIGURES.map((one) => h("button", { type: "button", "aria-pressed": String(one === shownFigure), onclick: () => choose(one) }, one === "mrr" ? "MRR" : one.replace("ndcg", "nDCG"))),
  );
  const element = h("div", { class: "stack history" }, body);

  function choose(one) {
    shownFigure = one;
    [...choice.children].forEach((button, place) => button.setAttribute("aria-pressed", String(FIGURES[place] === one)));
    draw();
  }

  async function load() {
    const page = await call("GET", `/api/retrieval-runs?${new URLSearchParams({ question_set: name, limit: RUNS })}`);
    runs = page.data;
    draw();
  }

  function draw() {
    if (runs.length === 0) {
      body.replaceChildren(h("p", { class: "empty" }, _("Not measured yet. Run the set against a topic that holds its passages.")));
      return;
    }
    const [last] = runs;
    const former = runs.find((run) => run.id !== last.id && run.topic === last.topic && run.questions === last.questions) ?? null;
    const about = _("{questions} questions asked of {topic}, {when}, with {model}", {
      questions: figure(last.questions), topic: last.topic, when: moment(last.created_at), model: last.model ?? _("keywords only"),
    });
    body.replaceChildren(h("p", { class: "small dim" }, about), figureTable(last, former), answersLine(last) ?? "", chartPart());
  }

  function chartPart() {
    const ofTopic = runs.filter(({ topic }) => topic === runs[0].topic).toReversed();
    if (ofTopic.length < 2) return h("p", { class: "small dim" }, _("The second run draws a chart here."));
    const names = [_("Fused"), _("Vector"), _("Keyword")];
    const legs = ["hybrid", "vector", "keyword"];
    const times = ofTopic.map((_run, place) => place);
    const chart = lineChart({
      label: _("{figure} over time", { figure: shownFigure }),
      least: 1,
      at: (place) => shortMoment(ofTopic[place].created_at),
      number: (value) => figure(value, 3),
      words: { data: _("Figures"), at: _("Run"), none: _("No figures") },
    });
    requestAnimationFrame(() =>
      chart.show({
        times,
        series: legs.map((leg, place) => ({ name: names[place], values: ofTopic.map(({ figures }) => figures[leg]?.[shownFigure] ?? null) })),
      }),
    );
    return h("div", { class: "stack" }, h("div", { class: "row history__head" }, legend(names), h("span", { class: "grow" }), choice), chart.element);
  }
  return { element, load };
}
